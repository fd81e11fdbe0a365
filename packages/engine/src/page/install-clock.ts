import { cancelFrame, requestFrame } from "./frame-callbacks.ts";
import { native } from "./native.ts";
import { beginAt, dateNow, scriptNow, timeOrigin } from "./time.ts";
import { installTimelines } from "./timelines.ts";
import { clearTimer, setInterval, setTimeout } from "./timers.ts";
import { installToldTime } from "./told-time.ts";

function replace(target: object, properties: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(properties)) {
    Object.defineProperty(target, key, { value, writable: true, configurable: true });
  }
}

/** `Date` whose "now" is virtual; everything else is the browser's own. */
function virtualDate(): DateConstructor {
  return new Proxy(native.Date, {
    construct: (target, args, newTarget) =>
      // oxlint-disable-next-line typescript/no-unsafe-return -- Reflect.construct is untyped; it returns the Date made
      Reflect.construct(target, args.length === 0 ? [dateNow()] : args, newTarget),
    apply: () => new native.Date(dateNow()).toString(),
    get: (target, key) => (key === "now" ? dateNow : Reflect.get(target, key)),
  });
}

/** A page within a page has its date, whenever it comes. */
function takeDate(): void {
  if (window.parent === window) return;
  try {
    beginAt((window.parent as typeof globalThis & Window).Date.now());
  } catch (error) {
    // A frame of another origin begins at the composition's date.
    if (!(error instanceof DOMException)) throw error;
  }
}

interface IdleDeadlineLike {
  readonly didTimeout: boolean;
  timeRemaining(): number;
}

export function installClock(): void {
  replace(window, {
    Date: virtualDate(),
    setTimeout,
    setInterval,
    clearTimeout: clearTimer,
    clearInterval: clearTimer,
    requestAnimationFrame: requestFrame,
    webkitRequestAnimationFrame: requestFrame,
    cancelAnimationFrame: cancelFrame,
    webkitCancelAnimationFrame: cancelFrame,
    requestIdleCallback: (callback: (deadline: IdleDeadlineLike) => void) =>
      setTimeout(() => callback({ didTimeout: false, timeRemaining: () => 50 })),
    cancelIdleCallback: clearTimer,
  });
  replace(AbortSignal, {
    timeout: (ms: number) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new DOMException("signal timed out", "TimeoutError")), ms);
      return controller.signal;
    },
  });
  native.Date.prototype.constructor = window.Date;
  replace(Performance.prototype, { now: scriptNow });
  Object.defineProperty(Performance.prototype, "timeOrigin", {
    get: timeOrigin,
    configurable: true,
  });
  installTimelines();
  installToldTime();
  takeDate();
}
