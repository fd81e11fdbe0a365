import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { hashFile } from "./hash-file.ts";
import type { Store } from "./port.ts";
import { checkHash } from "./store-faults.ts";
import { untilAborted } from "./until-aborted.ts";

/**
 * Copies a stored file to a new one that is the caller's to change: `fetch` may give the store's own bytes another name.
 * Throws `artifact-expired`, `artifact-corrupt`, `store-unavailable`, the system's error, or the signal's reason.
 */
export async function copyOut(
  store: Pick<Store, "open">,
  { key, sha256 }: { readonly key: string; readonly sha256: string },
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const bytes = Readable.fromWeb(await store.open(key, null, signal));
  const copying = pipeline(bytes, createWriteStream(file, { flags: "wx", flush: true }), { signal });
  await untilAborted(copying, signal);
  checkHash((await untilAborted(hashFile(file, signal), signal)).sha256, sha256);
}
