import type { Chunk } from "@framewright/contract";

import type { FrameRange } from "./frame-range.ts";
import type { Size } from "./size-guard.ts";

/** Work for one frame of 1280×720, in seconds of one core: drawing, picture, encoding. Measured with shadows and blur. */
const FRAME_SECONDS_720P = 0.06;
const PIXELS_720P = 1280 * 720;
/** However small the picture, a frame costs its round trips. */
const MIN_FRAME_SECONDS = 0.015;

/** A chunk's work, in seconds: short enough to lose, long enough to be worth a browser. */
const SHORT_CHUNK_SECONDS = 5;
const LONG_CHUNK_SECONDS = 25;
/** Until this many chunks they stay short: more than the workers of most machines. */
const CHUNKS_BEFORE_GROWING = 16;

/** The encoder delays by the frames that it reorders; a chunk of about as few comes without that delay and cannot be joined. */
const MIN_CHUNK_FRAMES = 10;

/** Counts that machines with 2 or 4 workers share without a rest. */
function shareable(count: number): number {
  if (count < 2) return 1;
  return count < 4 ? 2 : count - (count % 4);
}

/** The work of one frame, in seconds of one core. A model, not a measurement: every host must lay out the same chunks. */
export function frameSeconds({ width, height }: Size): number {
  return Math.max(MIN_FRAME_SECONDS, (FRAME_SECONDS_720P * width * height) / PIXELS_720P);
}

/** Cuts a range into chunks of 5 to 30 s of work each, or of as much as is asked for, of equal length but for one frame; only a lone one may be short. */
export function layOutChunks(
  { startFrame, endFrame }: FrameRange,
  size: Size,
  chunkSeconds: number | null = null,
): Chunk[] {
  const frames = endFrame - startFrame;
  const work = frames * frameSeconds(size);
  const usual = Math.min(LONG_CHUNK_SECONDS, Math.max(SHORT_CHUNK_SECONDS, work / CHUNKS_BEFORE_GROWING));
  const target = chunkSeconds ?? usual;
  const most = Math.max(1, Math.floor(frames / MIN_CHUNK_FRAMES));
  const count = Math.min(most, shareable(Math.floor(work / target)));
  const cut = (index: number): number => startFrame + Math.floor((index * frames) / count);
  return Array.from({ length: count }, (_, index) => ({
    index,
    startFrame: cut(index),
    endFrame: cut(index + 1),
  }));
}
