import { access, constants } from "node:fs/promises";

import { makeFolder } from "./make-folder.ts";

/** Makes a folder below the data folder. Throws a plain Error that says why when it cannot be made or written. */
export async function makeWritable(dir: string, dataDir: string): Promise<void> {
  try {
    await makeFolder(dir);
    await access(dir, constants.W_OK);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new Error(
      `The data folder ${dataDir} cannot be written (${reason}). Make it writable, or set PRODUCER_DATA_DIR to a folder that is.`,
      { cause },
    );
  }
}
