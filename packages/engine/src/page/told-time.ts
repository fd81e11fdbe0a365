import { replaceGetter, replaceMethod } from "./replace.ts";
import { dateNow, scriptNow, timeOrigin, toScriptMs } from "./time.ts";
import { clearTimer, setTimeout } from "./timers.ts";

/** Ways to be told the time, or to wait for one, besides Date, `performance.now` and timers: by the same clock. */

function installFormats(): void {
  replaceGetter(Intl.DateTimeFormat.prototype, "format", (original) => {
    const format = original() as Intl.DateTimeFormat["format"];
    return (date?: Date | number) => format(date ?? dateNow());
  });
  replaceMethod(Intl.DateTimeFormat.prototype, "formatToParts", (original, [date]) =>
    original(date ?? dateNow()),
  );
}

interface Zoned {
  toPlainDateTime(): unknown;
  toPlainDate(): unknown;
  toPlainTime(): unknown;
}

interface TemporalLike {
  readonly Instant: { fromEpochMilliseconds(ms: number): { toZonedDateTimeISO(zone: unknown): Zoned } };
  readonly Now: { timeZoneId(): string };
}

function installTemporal(): void {
  const temporal = Reflect.get(window, "Temporal") as TemporalLike | undefined;
  if (!temporal) return;
  const { Instant, Now } = temporal;
  const instant = (): ReturnType<typeof Instant.fromEpochMilliseconds> =>
    Instant.fromEpochMilliseconds(dateNow());
  const zoned = (zone: unknown): Zoned => instant().toZonedDateTimeISO(zone ?? Now.timeZoneId());
  replaceMethod(Now, "instant", instant);
  replaceMethod(Now, "zonedDateTimeISO", (_, [zone]) => zoned(zone));
  replaceMethod(Now, "plainDateTimeISO", (_, [zone]) => zoned(zone).toPlainDateTime());
  replaceMethod(Now, "plainDateISO", (_, [zone]) => zoned(zone).toPlainDate());
  replaceMethod(Now, "plainTimeISO", (_, [zone]) => zoned(zone).toPlainTime());
}

function isOptions(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** A measure's arguments with the end that they leave to the browser. */
function withEnd([name, start, end]: readonly unknown[]): unknown[] {
  if (end !== undefined) return [name, start, end];
  if (!isOptions(start)) return [name, { ...(start !== undefined && { start }), end: scriptNow() }];
  const lacksEnd =
    start["end"] === undefined && start["start"] !== undefined && start["duration"] === undefined;
  return [name, lacksEnd ? { ...start, end: scriptNow() } : start];
}

function installMarks(): void {
  replaceMethod(Performance.prototype, "mark", (original, [name, given]) => {
    const options = isOptions(given) ? given : {};
    return original(name, { ...options, startTime: options["startTime"] ?? scriptNow() });
  });
  replaceMethod(Performance.prototype, "measure", (original, args) => original(...withEnd(args)));
}

const A_TIME = /(?:Start|End|Time|Interactive|Complete)$/;

/** What happened while the page loaded happened at the start: time stood still. */
function atStart(original: () => unknown): unknown {
  const value = original();
  return typeof value === "number" && value > 0 ? toScriptMs(0) : value;
}

const ENTRY_KINDS = [PerformanceResourceTiming, PerformanceNavigationTiming, PerformancePaintTiming];

function installTimings(): void {
  const isMade = (entry: object): boolean =>
    entry instanceof PerformanceMark || entry instanceof PerformanceMeasure;
  replaceGetter(PerformanceEntry.prototype, "startTime", (original, entry) =>
    isMade(entry) ? original() : atStart(original),
  );
  replaceGetter(PerformanceEntry.prototype, "duration", (original, entry) =>
    isMade(entry) ? original() : 0,
  );
  for (const { prototype } of ENTRY_KINDS) {
    for (const key of Object.getOwnPropertyNames(prototype)) {
      if (A_TIME.test(key)) replaceGetter(prototype, key, atStart);
    }
  }
  const legacy: unknown = Reflect.get(window, "PerformanceTiming");
  const timing = typeof legacy === "function" ? (legacy.prototype as object) : {};
  for (const key of Object.getOwnPropertyNames(timing)) {
    replaceGetter(timing, key, (original) => {
      const value = original();
      return typeof value === "number" && value > 0 ? Math.ceil(timeOrigin()) : value;
    });
  }
}

/** When an event was first looked at is when it was sent: time stands still in between. */
const sentAt = new WeakMap<object, number>();

/** What is written of an object that tells times is what its properties tell. */
function installWritten(): void {
  const kinds = [PerformanceEntry, ...ENTRY_KINDS, Reflect.get(window, "PerformanceTiming")];
  for (const kind of kinds) {
    if (typeof kind !== "function") continue;
    replaceMethod(kind.prototype as object, "toJSON", (original, _, on) => {
      const written = original();
      if (!isOptions(written)) return written;
      return Object.fromEntries(Object.keys(written).map((key) => [key, Reflect.get(on, key)]));
    });
  }
  replaceMethod(Performance.prototype, "toJSON", (_, __, performance) => {
    const { timeOrigin: origin, timing, navigation } = performance;
    return { timeOrigin: origin, timing, navigation };
  });
}

/** A file that a page makes was changed when it was made. */
function installFiles(): void {
  window.File = new Proxy(window.File, {
    construct: (target, [parts, name, options, ...rest]: unknown[], newTarget) => {
      const given = isOptions(options) ? options : {};
      const made = [parts, name, { lastModified: dateNow(), ...given }, ...rest];
      // oxlint-disable-next-line typescript/no-unsafe-return -- Reflect.construct is untyped; it returns the file made
      return Reflect.construct(target, made, newTarget);
    },
  });
}

function installEvents(): void {
  replaceGetter(Event.prototype, "timeStamp", (_, event) => {
    const at = sentAt.get(event) ?? scriptNow();
    sentAt.set(event, at);
    return at;
  });
  replaceGetter(IntersectionObserverEntry.prototype, "time", scriptNow);
  replaceGetter(Document.prototype, "lastModified", () => {
    const [date = "", time = ""] = new Date(dateNow()).toISOString().split("T");
    const [year, month, day] = date.split("-");
    return `${month}/${day}/${year} ${time.slice(0, 8)}`;
  });
}

/** A delayed task of the scheduler is a timer. */
function postLater(callback: () => unknown, delayMs: number, signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const timer = setTimeout(() => resolve(new Promise((done) => done(callback()))), delayMs);
    signal?.addEventListener("abort", () => {
      clearTimer(timer);
      reject(signal.reason);
    });
  });
}

function installScheduler(): void {
  const scheduler: unknown = Reflect.get(window, "Scheduler");
  if (typeof scheduler !== "function") return;
  replaceMethod(scheduler.prototype as object, "postTask", (original, [callback, options]) => {
    const { delay, signal } = isOptions(options) ? options : {};
    if (typeof callback !== "function" || !(Number(delay) > 0)) return original(callback, options);
    return postLater(
      callback as () => unknown,
      Number(delay),
      signal instanceof AbortSignal ? signal : undefined,
    );
  });
}

export function installToldTime(): void {
  installFormats();
  installTemporal();
  installMarks();
  installTimings();
  installWritten();
  installFiles();
  installEvents();
  installScheduler();
}
