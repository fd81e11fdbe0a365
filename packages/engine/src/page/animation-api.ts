import {
  bringUpToDate,
  driveFrom,
  drivenState,
  isHeld,
  noteEnded,
  noteStarted,
  rebase,
  release,
} from "./animations.ts";
import { native } from "./native.ts";
import { replaceMethod } from "./replace.ts";
import { originOf } from "./timelines.ts";
import { fromScriptMs, now, toScriptMs } from "./time.ts";

/** What a page does with its animations, by virtual time. */

/** Has `after` run after a method, for which the animation is brought to the present time. */
function follow(method: string, after: (animation: Animation) => void = () => undefined): void {
  replaceMethod(Animation.prototype, method, (original, args, animation) => {
    bringUpToDate(animation);
    const result = original(...args);
    after(animation);
    return result;
  });
}

/** The browser pauses it in its next frame, up to which it runs. */
function paused(animation: Animation): void {
  if (isHeld(animation)) release(animation);
}

function played(animation: Animation): void {
  noteStarted(animation);
  // One that runs already goes on as it did.
  if (native.startTime.get.call(animation) === null && !isHeld(animation)) release(animation);
}

/** A time of the animation's own timeline, as virtual time. */
function toVirtualMs(animation: Animation, timeMs: number): number {
  return fromScriptMs(timeMs + originOf(animation.timeline));
}

function setStartTime(animation: Animation, value: CSSNumberish | null): void {
  bringUpToDate(animation);
  if (typeof value !== "number" || !(animation.timeline instanceof DocumentTimeline)) {
    native.startTime.set.call(animation, value);
    release(animation);
    return;
  }
  // A start time puts a new rate into effect, with which the time that has passed is counted.
  native.startTime.set.call(animation, milliseconds(native.timelineTime.get.call(animation.timeline)));
  const timeMs = (now() - toVirtualMs(animation, value)) * animation.playbackRate;
  native.currentTime.set.call(animation, timeMs);
  noteStarted(animation);
  driveFrom(animation, timeMs);
}

function milliseconds(value: CSSNumberish | null): number {
  return typeof value === "number" ? value : 0;
}

function startTime(animation: Animation): CSSNumberish | null {
  const state = drivenState(animation);
  if (!state) return native.startTime.get.call(animation);
  return toScriptMs(state.sinceMs - state.offsetMs / state.rate) - originOf(animation.timeline);
}

interface Change<V> {
  readonly get?: (animation: Animation, original: () => V) => V;
  readonly set?: (animation: Animation, original: () => void, value: V) => void;
}

function change<K extends keyof Animation>(key: K, { get, set }: Change<Animation[K]>): void {
  const descriptor = Object.getOwnPropertyDescriptor(Animation.prototype, key);
  // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
  const original: unknown[] = [descriptor?.get, descriptor?.set];
  const [read, write] = original;
  if (typeof read !== "function") return;
  Object.defineProperty(Animation.prototype, key, {
    ...descriptor,
    get(this: Animation) {
      const value = (): Animation[K] => Reflect.apply(read, this, []) as Animation[K];
      return get ? get(this, value) : value();
    },
    ...(typeof write === "function" && {
      set(this: Animation, value: Animation[K]) {
        const assign = (): void => void Reflect.apply(write, this, [value]);
        if (set) set(this, assign, value);
        else assign();
      },
    }),
  });
}

function installProperties(): void {
  const upToDate = <V>(animation: Animation, original: () => V): V => {
    bringUpToDate(animation);
    return original();
  };
  change("currentTime", {
    get: upToDate,
    set: (animation, original) => {
      original();
      rebase(animation);
    },
  });
  change("playbackRate", {
    set: (animation, original) => {
      bringUpToDate(animation);
      original();
      rebase(animation);
    },
  });
  change("startTime", {
    get: startTime,
    set: (animation, _, value) => setStartTime(animation, value),
  });
  change("playState", {
    get: (animation, original) => (isHeld(animation) ? "running" : original()),
  });
  change("timeline", {
    set: (animation, original) => {
      bringUpToDate(animation);
      original();
      release(animation);
    },
  });
}

export function installAnimations(): void {
  follow("pause", paused);
  follow("cancel", release);
  follow("finish", noteEnded);
  follow("play", played);
  follow("reverse", played);
  follow("updatePlaybackRate");
  follow("commitStyles");
  replaceMethod(Element.prototype, "animate", (original, args) => {
    const animation = original(...args);
    if (animation instanceof Animation) noteStarted(animation);
    return animation;
  });
  installProperties();
}
