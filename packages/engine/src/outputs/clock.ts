import { type Fps, frameTimeMs } from "@framewright/contract";

import { frameUnits, timescaleOf } from "./time-scale.ts";

/** How a file counts time. */
export interface Clock {
  /** Units a second. */
  readonly timescale: number;
  /** Units by which a time may be off: what is lost where frames last no whole number of units. */
  readonly tolerance: number;
  /** When a frame begins, in units. */
  readonly startOf: (frame: number) => number;
}

/** Every frame lasts a whole number of units. */
export function exactClock(fps: Fps): Clock {
  return { timescale: timescaleOf(fps), tolerance: 0, startOf: (frame) => frame * frameUnits(fps) };
}

/** Times are rounded to milliseconds: twice, as chunks and joined. */
export function millisecondClock(fps: Fps): Clock {
  return { timescale: 1_000, tolerance: 1, startOf: (frame) => Math.round(frameTimeMs(frame, fps)) };
}
