import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Files in the store of a service that keeps it in its data folder, below a prefix; none where that is not there. */
export async function storedFiles(dataDir: string, prefix: string): Promise<string[]> {
  const dir = join(dataDir, "store", prefix);
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(dir.length + 1))
    .toSorted();
}
