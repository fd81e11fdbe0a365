import { stat, truncate } from "node:fs/promises";

import { hasCode } from "../../scratch/has-code.ts";

/** Empties a file that is larger than it may be; who appends to it goes on at its new end. One that is gone is small. */
export async function boundFile(path: string, maxBytes: number): Promise<void> {
  try {
    if ((await stat(path)).size > maxBytes) await truncate(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
