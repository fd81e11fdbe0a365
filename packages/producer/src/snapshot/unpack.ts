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
  const segments = checkEntry(entry);
  if (segments[0] === MACOS_FOLDER) return undefined;
  const paths = segments.map((_, index) => segments.slice(0, index + 1).join("/"));
  const file = entry.kind === "file" ? paths.pop() : undefined;
  for (const path of paths) {
    if (!claim(kinds, path, "folder", entry.name)) continue;
    if (path !== segments.join("/")) budget.addEntry();
    await mkdir(join(dir, path));
  }
  if (file === undefined) return undefined;
  claim(kinds, file, "file", entry.name);
  return open(join(dir, file), "w", 0o644);
}

/** The segments of the entry's path; throws `archive-unsafe` for what is not a plain file or folder. */
function checkEntry({ name, kind }: ArchiveEntry): string[] {
  const segments = splitEntryName(name);
  if (kind === "other") throw unsafeEntry(name, "is a link, a device or of another special kind");
  if (kind === "file" && segments.length === 0) throw unsafeEntry(name, "is a file without a name");
  return segments;
}

/** Claims a path for a file or a folder, and tells whether it was free; throws `archive-unsafe` when it is the other already. */
function claim(
  kinds: Map<string, ArchiveEntry["kind"]>,
  path: string,
  kind: ArchiveEntry["kind"],
  name: string,
): boolean {
  const known = kinds.get(path);
  if (known !== undefined && known !== kind) throw unsafeEntry(name, "is both a file and a folder");
  kinds.set(path, kind);
  return known === undefined;
}
