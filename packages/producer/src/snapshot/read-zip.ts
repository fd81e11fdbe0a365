import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { crc32, createInflateRaw } from "node:zlib";

import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from "yauzl";

import { type ArchiveEntry, type ArchivePart, asArchiveInvalid } from "./archive-part.ts";
import { type SnapshotLimits, tooManyFiles } from "./budget.ts";
import { readThrough } from "./read-through.ts";

const STORED = 0;
const DEFLATED = 8;
/** The extra field that holds a name in UTF-8 beside one in the old code page. */
const UNICODE_PATH = 0x7075;

/**
 * Reads a .zip file entry by entry. Throws `archive-invalid` unless every entry is complete and fits its checksum, and
 * `archive-too-large` at once when it has too many of them.
 */
export async function* readZip(
  file: string,
  limits: SnapshotLimits,
  signal: AbortSignal,
): AsyncGenerator<ArchivePart> {
  try {
    // Names are taken as they are: the library's own check has other words for what is wrong with them.
    const zip = await openPromise(file, { decodeStrings: false });
    if (zip.entryCount > limits.maxFiles) {
      zip.close();
      throw tooManyFiles(limits, "archive-too-large");
    }
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry);
      const kind = kindOf(entry, name);
      yield { name, kind };
      if (kind === "file") yield* readContent(zip, entry, signal);
    }
  } catch (error) {
    throw asArchiveInvalid(error);
  }
}

async function* readContent(zip: ZipFile, entry: Entry, signal: AbortSignal): AsyncGenerator<Buffer> {
  if (entry.isEncrypted()) throw new Error("an entry is encrypted");
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw new Error("an entry is compressed by another method than deflate");
  }
  const raw = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  const content: AsyncIterable<Buffer> =
    entry.compressionMethod === STORED ? raw : readThrough(raw, createInflateRaw(), signal);
  let checksum = 0;
  let bytes = 0;
  for await (const chunk of content) {
    checksum = crc32(chunk, checksum);
    bytes += chunk.length;
    if (bytes > entry.uncompressedSize) throw new Error("an entry is longer than it claims");
    yield chunk;
  }
  if (bytes !== entry.uncompressedSize || checksum !== entry.crc32) {
    throw new Error("an entry does not fit its checksum");
  }
}

/** Many tools write UTF-8 without saying so; only what cannot be UTF-8 is in the old code page. */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  const isOverridden = extraFields.some(({ id }) => id === UNICODE_PATH);
  if (isUtf8(fileNameRaw) && !isOverridden) return fileNameRaw.toString("utf8");
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
}

/** By the Unix mode where the archive carries one, or by the closing slash. */
function kindOf(entry: Entry, name: string): ArchiveEntry["kind"] {
  const type = (entry.externalFileAttributes >>> 16) & constants.S_IFMT;
  if (type === constants.S_IFDIR || (type === 0 && name.endsWith("/"))) return "folder";
  if (type !== 0 && type !== constants.S_IFREG) return "other";
  return name.endsWith("/") ? "folder" : "file";
}
