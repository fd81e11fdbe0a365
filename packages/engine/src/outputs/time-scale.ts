import type { Fps } from "@framewright/contract";

/** A container counts time in this many units a second at least, in a multiple of the frame rate. */
const MIN_TIMESCALE = 10_000;

/** Units a second in which every frame lasts a whole number of units. */
export function timescaleOf({ num }: Fps): number {
  return num * Math.ceil(MIN_TIMESCALE / num);
}

/** How long a frame lasts, in units of `timescaleOf`. */
export function frameUnits(fps: Fps): number {
  return (timescaleOf(fps) / fps.num) * fps.den;
}
