import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

import { ProblemError } from "@framewright/contract";
import { Parser, type ReadEntry } from "tar";

import { type ArchiveEntry, type ArchivePart, asArchiveInvalid } from "./archive-part.ts";
import type { SnapshotLimits } from "./budget.ts";
import { readThrough } from "./read-through.ts";

const CHUNK_BYTES = 64 * 1024;
/** Room for headers, long names and padding, for each entry. */
const OVERHEAD_BYTES = 4096;
/** Room for the padding at the end. */
const PADDING_BYTES = 1024 * 1024;

/** Reads a .tar.gz file as a stream. Throws `archive-invalid` unless it is complete, `archive-too-large` when it is mostly filling. */
export async function* readTar(
  file: string,
  limits: SnapshotLimits,
  signal: AbortSignal,
): AsyncGenerator<ArchivePart> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  yield* readTarParts(readThrough(createReadStream(file), gunzip, signal), limits);
}

/** The same for a tar that comes unzipped. */
export async function* readTarParts(
  chunks: AsyncIterable<Buffer>,
  { maxFiles }: Pick<SnapshotLimits, "maxFiles">,
): AsyncGenerator<ArchivePart> {
  const maxOverhead = maxFiles * OVERHEAD_BYTES + PADDING_BYTES;
  let overhead = 0;
  const tar = openTar();
  try {
    for await (const chunk of chunks) {
      const parts = tar.read(chunk);
      overhead += chunk.length - contentBytes(parts);
      if (overhead > maxOverhead) throw mostlyFilling();
      yield* parts;
    }
    yield* tar.end();
  } catch (error) {
    throw asArchiveInvalid(error);
  }
}

function contentBytes(parts: readonly ArchivePart[]): number {
  return parts.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : 0), 0);
}

function mostlyFilling(): ProblemError {
  return new ProblemError(
    "archive-too-large",
    "The archive holds far more than its files, or more entries than PRODUCER_MAX_PROJECT_FILES allows.",
  );
}

/** Parses a tar, a chunk at a time: the parser turns each into parts before `write` returns, so that nothing piles up. */
function openTar(): { read(chunk: Buffer): ArchivePart[]; end(): ArchivePart[] } {
  let parts: ArchivePart[] = [];
  let failure: Error | undefined;
  let sawEnd = false;
  // Already unzipped: an archive within is refused, for the parser would unzip it in one go.
  const parser = new Parser({ strict: true, zstd: false, maxDecompressionRatio: 0 });
  parser.on("entry", (entry: ReadEntry) => {
    parts.push({ name: entry.path, kind: kindOf(entry) });
    entry.on("data", (chunk: Buffer) => parts.push(chunk));
  });
  parser.on("ignoredEntry", (entry: ReadEntry) => parts.push({ name: entry.path, kind: "other" }));
  parser.on("nullBlock", () => (sawEnd = true));
  parser.on("error", (error: Error) => (failure ??= error));

  const take = (): ArchivePart[] => {
    if (failure) throw failure;
    const taken = parts;
    parts = [];
    return taken;
  };
  return {
    read(chunk) {
      // The parser would hoard whatever follows the end.
      if (!sawEnd) parser.write(chunk);
      return take();
    },
    end() {
      if (!sawEnd) parser.end();
      const rest = take();
      if (!sawEnd) throw new Error("the end of the tar is missing");
      return rest;
    },
  };
}

function kindOf({ type }: ReadEntry): ArchiveEntry["kind"] {
  if (type === "File" || type === "OldFile" || type === "ContiguousFile") return "file";
  return type === "Directory" || type === "GNUDumpDir" ? "folder" : "other";
}
