import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

import { hasCode } from "./has-code.ts";

const INTERVAL_MS = 1_000;
/** Looking takes at most a tenth of the time, however many files there are. */
const REST_PER_LOOK = 9;
/** The unit of `blocks` of a file's status (POSIX, st_blocks). */
const BLOCK_BYTES = 512;

/** Bytes on disk below a folder; counting ends beyond `enough`. Files that vanish meanwhile count as gone. */
async function allocatedBytes(dir: string, enough = Infinity): Promise<number> {
  let bytes = 0;
  try {
    for await (const entry of await opendir(dir)) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) bytes += await allocatedBytes(path, enough - bytes);
      bytes += await lstat(path).then(
        ({ blocks }) => blocks * BLOCK_BYTES,
        (error: unknown) => {
          if (hasCode(error, "ENOENT")) return 0;
          throw error;
        },
      );
      if (bytes > enough) break;
    }
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  return bytes;
}

/** Looks at a folder's size every second, one look at a time, and tells once when it exceeds `maxBytes`. */
export function watchSize(
  dir: string,
  maxBytes: number,
  onExceeded: (bytes: number) => void,
): { close(): void } {
  let isClosed = false;
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    const startedAt = performance.now();
    // A folder that cannot be read shows where it is written.
    const bytes = await allocatedBytes(dir, maxBytes).catch(() => 0);
    if (isClosed) return;
    if (bytes > maxBytes) return onExceeded(bytes);
    plan((performance.now() - startedAt) * REST_PER_LOOK);
  };
  const plan = (restMs: number): void => {
    timer = setTimeout(() => void look(), Math.max(INTERVAL_MS, restMs)).unref();
  };
  plan(0);
  return {
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
