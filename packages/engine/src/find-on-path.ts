import path from "node:path";

import { isExecutable } from "./can-access.ts";

/** The first of `names` (or absolute paths) that is executable, in the order of the names. */
export async function findOnPath(names: readonly string[], searchPath: string): Promise<string | undefined> {
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const name of names) {
    const candidates = path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name));
    for (const file of candidates) {
      if (await isExecutable(file)) return file;
    }
  }
  return undefined;
}
