import { CHANNELS } from "./sound-source.ts";

/** Samples of a loop that are kept in memory, 44 s; a longer one is decoded again each time. */
const MAX_KEPT = 4 * 1024 * 1024;

type Open = (from: number) => AsyncIterable<Float32Array>;

/** Repeats what a file holds from `loopFrom` on, without a gap, and begins at `from`. Ends with a file that holds nothing there. */
export async function* loopSound(open: Open, from: number, loopFrom: number): AsyncGenerator<Float32Array> {
  yield* open(from);
  let kept: Float32Array[] | null = null;
  while (kept === null) {
    kept = [];
    let samples = 0;
    for await (const block of open(loopFrom)) {
      samples += block.length;
      if (samples > MAX_KEPT * CHANNELS) kept = null;
      kept?.push(block);
      yield block;
    }
    if (samples === 0) return;
  }
  for (;;) yield* kept;
}
