import type { GainPoint } from "../../page-protocol.ts";

/** Samples a second of everything that is mixed. */
export const SAMPLE_RATE = 48_000;
/** Left and right, one after the other. */
export const CHANNELS = 2;

/** What is heard of one file, in seconds of the video, which begins at 0. */
export interface SoundSource {
  readonly file: string;
  /** Channels of the file. */
  readonly channels: number;
  /** The timestamp of the file that is its second 0. */
  readonly zero: number;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** The second of the file that is heard at `start`. */
  readonly mediaStart: number;
  /** Seconds of the file that pass in one second of the video. */
  readonly rate: number;
  /** The second of the file from which it is heard again when it has ended; null where it ends for good. */
  readonly loopStart: number | null;
  /** In order; the first holds before it, and the last after it. */
  readonly gain: readonly GainPoint[];
  /** Seconds. */
  readonly fadeIn: number;
  readonly fadeOut: number;
}

/** What of a file is heard as part of the mix: counted in samples of the mix. */
export interface Placement {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** The sample of the file, at the mix's rate, that is heard at `from`. */
  readonly mediaFrom: number;
}

/** Where a source lies in a mix that begins at a second of the video; null where it lies outside. */
export function placeSource(
  { start, end, mediaStart, rate }: SoundSource,
  origin: number,
  samples: number,
): Placement | null {
  const from = Math.max(0, Math.round((start - origin) * SAMPLE_RATE));
  const to = Math.min(samples, Math.round((end - origin) * SAMPLE_RATE));
  if (to <= from) return null;
  const passed = from / SAMPLE_RATE + origin - start;
  return { from, to, mediaFrom: Math.max(0, Math.round((mediaStart + passed * rate) * SAMPLE_RATE)) };
}
