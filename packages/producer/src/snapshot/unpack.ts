import { type FileHandle, mkdir, open } from "node:fs/promises";
import { join } from "node:path";

import type { ArchiveEntry, ArchivePart } from "./archive-part.ts";
import type { Budget } from "./budget.ts";
import { splitEntryName, unsafeEntry } from "./entry-name.ts";

/** What macOS adds to a zip beside the files. */
const MACOS_FOLDER = "__MACOSX";

/**
 * Writes an archive's files below `dir`, which must be empty and ours alone: no link is ever made there, so none is followed.
 * A file that comes twice is taken as it came last. Throws `archive-unsafe`, what the budget throws, or the signal's reason.
 */
export async function unpack(
  parts: AsyncIterable<ArchivePart>,
  dir: string,
  budget: Budget,
  signal: AbortSignal,
): Promise<void> {
  const kinds = new Map<string, ArchiveEntry["kind"]>();
  let file: FileHandle | undefined;
  try {
    for await (const part of parts) {
      signal.throwIfAborted();
      if (Buffer.isBuffer(part)) {
        budget.addBytes(part.length);
        await file?.writeFile(part);
      } else {
        await file?.close();
        file = undefined;
        file = await place(part, dir, budget, kinds);
      }
    }
  } finally {
    await file?.close();
  }
}

/** Makes the entry's folders, and opens it if it is a file to be written. */
async function place(
  entry: ArchiveEntry,
  dir: string,
  budget: Budget,
  kinds: Map<string, ArchiveEntry["kind"]>,
): Promise<FileHandle | undefined> {
  budget.addEntry();
  const segments = splitEntryName(entry.name);
  if (entry.kind === "other") throw unsafeEntry(entry.name, "is a link, a device or of another special kind");
  if (entry.kind === "file" && segments.length === 0)
    throw unsafeEntry(entry.name, "is a file without a name");
  if (segments[0] === MACOS_FOLDER) return undefined;
  let path = "";
  for (const [index, segment] of segments.entries()) {
    path = path === "" ? segment : `${path}/${segment}`;
    const kind = index === segments.length - 1 ? entry.kind : "folder";
    const known = kinds.get(path);
    if (known !== undefined && known !== kind) throw unsafeEntry(entry.name, "is both a file and a folder");
    if (known !== undefined) continue;
    if (index < segments.length - 1) budget.addEntry();
    kinds.set(path, kind);
    if (kind === "folder") await mkdir(join(dir, path));
  }
  return entry.kind === "file" ? open(join(dir, path), "w", 0o644) : undefined;
}
