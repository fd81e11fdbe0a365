import type { Plan } from "@framewright/contract";

import { frameSeconds } from "./chunk-layout.ts";
import type { Size } from "./size-guard.ts";

/** Starting a browser and loading a page. */
const CHUNK_OVERHEAD_SECONDS = 0.7;
/** Of a browser and an encoder at rest, and for each pixel of the picture. */
const WORKER_BYTES = 300 * 2 ** 20;
const BYTES_PER_PIXEL = 120;
/** Of encoded video at usual quality; chunks and the joined file are on disk at once. */
const DISK_BYTES_PER_PIXEL_FRAME = 0.06;

/** What a render will take, roughly: for choosing a machine, not for billing. */
export function estimate(frames: number, chunks: number, size: Size, workers: number): Plan["estimate"] {
  const lanes = Math.min(workers, chunks);
  const pixels = size.width * size.height;
  const work = frames * frameSeconds(size) + chunks * CHUNK_OVERHEAD_SECONDS;
  return {
    seconds: Math.round((work / lanes + CHUNK_OVERHEAD_SECONDS) * 10) / 10,
    memoryBytes: Math.round(lanes * (WORKER_BYTES + pixels * BYTES_PER_PIXEL)),
    diskBytes: Math.round(2 * frames * pixels * DISK_BYTES_PER_PIXEL_FRAME),
  };
}
