import { stat, truncate } from "node:fs/promises";

/** Empties a file that is larger than it may be; who appends to it goes on at its new end. */
export async function boundFile(path: string, maxBytes: number): Promise<void> {
  if ((await stat(path)).size > maxBytes) await truncate(path);
}
