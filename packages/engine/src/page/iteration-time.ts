import { EPSILON_MS, MICROSECOND_MS, upToMicrosecond } from "./time.ts";

/** How an animation's effect repeats. */
export interface Iterations {
  readonly delayMs: number;
  /** Of one of them; 0 where it is none that could be counted. */
  readonly durationMs: number;
  readonly direction: PlaybackDirection;
}

export function iterationsOf(effect: AnimationEffect | null): Iterations {
  const { delay = 0, duration, direction = "normal" } = effect?.getComputedTiming() ?? {};
  return { delayMs: delay, durationMs: typeof duration === "number" ? duration : 0, direction };
}

function isBackwards(direction: PlaybackDirection, iteration: number): boolean {
  if (direction === "reverse") return true;
  return direction !== "normal" && (iteration % 2 === 1) === (direction === "alternate");
}

function downToMicrosecond(ms: number): number {
  return Math.floor(ms * 1_000 + EPSILON_MS) / 1_000;
}

/**
 * The time to give an animation so that a step is there which is due exactly then. Browsers count whole microseconds,
 * and what they compute of them, an iteration's progress say, may be short by a hair: a microsecond makes up for it.
 * Where an iteration runs backwards, a step ends exactly then: the time is rounded the other way.
 */
export function settableMs(timeMs: number, { delayMs, durationMs, direction }: Iterations): number {
  const passedMs = timeMs - delayMs;
  const iteration = durationMs > 0 ? Math.floor((passedMs + EPSILON_MS) / durationMs) : 0;
  if (!isBackwards(direction, iteration)) {
    const isPlain = iteration === 0 && delayMs === 0;
    return upToMicrosecond(timeMs) + (isPlain ? 0 : MICROSECOND_MS);
  }
  // Before the time at which the iteration begins, another one runs.
  const isBeginning = Math.abs(passedMs - iteration * durationMs) < EPSILON_MS;
  return isBeginning ? upToMicrosecond(timeMs) : downToMicrosecond(timeMs) - MICROSECOND_MS;
}
