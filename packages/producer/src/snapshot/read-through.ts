import type { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** The source as the transform gives it. Whoever stops reading early releases both; failures of either reach the reader. */
export function readThrough(
  source: Readable,
  transform: Transform,
  signal: AbortSignal,
): AsyncIterable<Buffer> {
  // Reading the transform throws the same failure, so that it need not be reported here as well.
  pipeline(source, transform, { signal }).catch(() => undefined);
  return transform;
}
