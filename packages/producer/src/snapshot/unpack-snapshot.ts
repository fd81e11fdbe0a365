import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";

import { ProblemError } from "@framewright/contract";
import { asDiskFull } from "@framewright/engine";

import { type ArchivePart } from "./archive-part.ts";
import { hashTree, type TreeHash } from "./hash-tree.ts";
import { isBelow } from "./is-below.ts";
import { readTarParts } from "./read-tar.ts";

/**
 * Unpacks a snapshot's tarball into `dir`, which must be empty and ours alone, and checks that it is the snapshot.
 * Names that no archive of a caller may hold are taken: a project folder may hold them. Throws `artifact-corrupt`, `disk-full`.
 */
export async function unpackSnapshot(
  tarball: ReadableStream<Uint8Array>,
  dir: string,
  hash: string,
  signal: AbortSignal,
): Promise<TreeHash> {
  try {
    await writeParts(readTarParts(asBuffers(tarball), { maxFiles: Number.POSITIVE_INFINITY }), dir, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw asDamaged(asDiskFull(error));
  }
  const tree = await hashTree(dir, signal);
  if (tree.hash !== hash) throw damaged(null);
  return tree;
}

async function writeParts(
  parts: AsyncIterable<ArchivePart>,
  dir: string,
  signal: AbortSignal,
): Promise<void> {
  let file: FileHandle | undefined;
  try {
    for await (const part of parts) {
      signal.throwIfAborted();
      if (Buffer.isBuffer(part)) {
        await file?.writeFile(part);
      } else {
        await file?.close();
        file = undefined;
        const path = join(dir, part.name);
        if (part.kind !== "file" || !isBelow(dir, path)) throw damaged(null);
        await mkdir(dirname(path), { recursive: true });
        file = await open(path, "wx", 0o644);
      }
    }
  } finally {
    await file?.close();
  }
}

async function* asBuffers(stream: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, byteLength } of stream) {
    yield Buffer.from(buffer, byteOffset, byteLength);
  }
}

function damaged(cause: unknown): ProblemError {
  return new ProblemError("artifact-corrupt", "The stored files of the composition are damaged.", { cause });
}

function asDamaged(error: unknown): unknown {
  return error instanceof ProblemError && error.code === "archive-invalid" ? damaged(error) : error;
}
