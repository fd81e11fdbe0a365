import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { asDiskFull } from "@framewright/engine";
import { Header, Pax } from "tar";

import type { Snapshot } from "../renders/port.ts";
import type { Store } from "../store/port.ts";
import { untilAborted } from "../store/until-aborted.ts";
import { listFiles } from "./hash-tree.ts";

const BLOCK_BYTES = 512;
const CHUNK_BYTES = 256 * 1024;
const END = Buffer.alloc(2 * BLOCK_BYTES);
const EPOCH = new Date(0);

/** Where a snapshot's tarball is in the store. Throws TypeError for what is no hash. */
export function snapshotKey(hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new TypeError(`Not a snapshot's hash: ${JSON.stringify(hash)}`);
  return `snapshots/${hash}.tar`;
}

/** Puts a snapshot into the store unless it is there. `dir` is a folder for the tarball on its way. */
export async function packInto(
  store: Store,
  { hash, dir: root }: Pick<Snapshot, "hash" | "dir">,
  { dir, signal }: { readonly dir: string; readonly signal: AbortSignal },
): Promise<void> {
  const key = snapshotKey(hash);
  if ((await store.stat(key)) !== null) return;
  const file = join(dir, `${hash}-${randomUUID()}.tar`);
  try {
    await packTree(root, file, signal);
    await store.put(key, file, { contentType: "application/x-tar" }, signal);
  } finally {
    await rm(file, { force: true });
  }
}

/** Packs the files below a folder into a tar: the same files give the same bytes, whoever owns them. Throws `disk-full`. */
export async function packTree(dir: string, file: string, signal: AbortSignal): Promise<void> {
  const packing = pipeline(Readable.from(blocks(dir, signal)), createWriteStream(file, { flags: "wx" }), {
    signal,
  });
  try {
    await untilAborted(packing, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw asDiskFull(error);
  }
}

async function* blocks(dir: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (const path of (await listFiles(dir, signal)).sort()) {
    const file = await open(join(dir, path));
    try {
      const { size } = await file.stat();
      yield headerOf(path, size);
      for (let offset = 0; offset < size;) {
        const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - offset));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
        if (bytesRead === 0) throw new Error("A file of the snapshot changed while it was packed.");
        offset += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
      yield Buffer.alloc(-size & (BLOCK_BYTES - 1));
    } finally {
      await file.close();
    }
  }
  yield END;
}

/** A file's header, after an extended one where its path does not fit. */
function headerOf(path: string, size: number): Buffer {
  const about = { path, size, mode: 0o644, mtime: EPOCH, type: "File" } as const;
  const block = Buffer.alloc(BLOCK_BYTES);
  const needsPax = new Header(about).encode(block);
  return needsPax ? Buffer.concat([new Pax({ path, size, mtime: EPOCH }).encode(), block]) : block;
}
