import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

import { hasCode } from "./has-code.ts";

/**
 * Makes a folder and those above it that are missing, for this user alone. Rejects with the system's error.
 * Node's recursive mkdir never ends where the system refuses a folder as missing, such as in /proc.
 */
export async function makeFolder(dir: string): Promise<void> {
  try {
    await makeOne(dir);
  } catch (error) {
    if (!hasCode(error, "ENOENT") || dirname(dir) === dir) throw error;
    await makeFolder(dirname(dir));
    await makeOne(dir);
  }
}

async function makeOne(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    // When it is no folder, what is to be put into it fails.
    if (!hasCode(error, "EEXIST")) throw error;
  }
}
