import { realpath } from "node:fs/promises";

import { openContained } from "./containment.ts";
import { SNAPSHOT_ORIGIN } from "./serve-snapshot.ts";

/** Where a file of the project lies that a page plays; null where it is not there, or no file of the project. */
export async function mediaFile(snapshotDir: string, url: URL): Promise<string | null> {
  if (url.origin !== SNAPSHOT_ORIGIN) return null;
  const found = await openContained(await realpath(snapshotDir), url.pathname);
  if (typeof found === "string") return null;
  await found.handle.close();
  return found.path;
}
