import { ProblemError } from "@framewright/contract";

import type { Scratch } from "../scratch/scratch.ts";
import { watchSize } from "../scratch/watch-size.ts";

/**
 * Gives work a folder of its own, which is gone when this settles. The signal that the work gets also aborts, with
 * `scratch-too-large`, when the folder outgrows `maxBytes`.
 */
export async function inWorkFolder<T>(
  scratch: Scratch,
  { prefix, maxBytes, signal }: { prefix: string; maxBytes: number; signal: AbortSignal },
  work: (dir: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const folder = await scratch.create(prefix);
  const quota = new AbortController();
  const watch = watchSize(folder.dir, maxBytes, (bytes) => {
    const used = `It used ${bytes} bytes of disk and more`;
    quota.abort(
      new ProblemError("scratch-too-large", `${used}; PRODUCER_RENDER_SCRATCH_BYTES allows ${maxBytes}.`),
    );
  });
  try {
    return await work(folder.dir, AbortSignal.any([signal, quota.signal]));
  } finally {
    watch.close();
    await folder.remove();
  }
}
