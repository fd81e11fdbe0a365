/** The part of a GSAP timeline that is used; other libraries' timelines fit when they have it. */
export interface Timeline {
  pause?(): unknown;
  seek(seconds: number, suppressEvents?: boolean): unknown;
  duration?: unknown;
  totalDuration?: unknown;
  repeat?(): unknown;
  getChildren?(nested: boolean, tweens: boolean, timelines: boolean): Timeline[];
  targets?(): unknown[];
}

/** A composition that steers itself. */
interface SelfSeeking {
  duration?: unknown;
  seek?(seconds: number): unknown;
  ready?: PromiseLike<unknown>;
  /** What is still in the making, by name. */
  buildReady?: Readonly<Record<string, unknown>>;
}

declare global {
  interface Window {
    __timelines?: Record<string, unknown>;
    __hf?: SelfSeeking;
    gsap?: { ticker?: { lagSmoothing?(threshold: number): void; tick?(): void; _listeners?: unknown } };
  }
}

export function isTimeline(value: unknown): value is Timeline {
  return typeof value === "object" && value !== null && "seek" in value && typeof value.seek === "function";
}

/** What a timeline's own function says, where it has that function. */
function ask(timeline: Timeline, name: "duration" | "totalDuration"): unknown {
  const method = timeline[name];
  return typeof method === "function" ? Reflect.apply(method, timeline, []) : undefined;
}

/** A timeline's length with its repeats, as it says; undefined where it does not say. */
export function lengthOf(timeline: Timeline): unknown {
  return ask(timeline, "totalDuration") ?? ask(timeline, "duration");
}

/** A timeline's length without its repeats, in seconds; null where it has none that could be counted. */
export function onePassSeconds(timeline: Timeline): number | null {
  const seconds = ask(timeline, "duration");
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}
