import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";

const BUFFER_BYTES = 256 * 1024;

export interface TreeHash {
  /** SHA-256 in hex, over the files' sorted relative paths, sizes and contents. */
  readonly hash: string;
  readonly files: number;
  readonly bytes: number;
}

/** Hashes the regular files below `dir`. The same files give the same hash wherever they lie and however they came. */
export async function hashTree(dir: string, signal?: AbortSignal): Promise<TreeHash> {
  const paths = await listFiles(dir, signal);
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let bytes = 0;
  for (const path of paths.sort()) {
    const file = await open(join(dir, path));
    try {
      const { size } = await file.stat();
      hash.update(`${path}\0${size}\0`);
      await hashContent(file, size, hash, buffer, signal);
      bytes += size;
    } finally {
      await file.close();
    }
  }
  return { hash: hash.digest("hex"), files: paths.length, bytes };
}

/** Read by hand into one buffer: a stream for each of thousands of small files takes several times as long. */
async function hashContent(
  file: FileHandle,
  size: number,
  hash: Hash,
  buffer: Buffer,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let offset = 0; offset < size;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - offset), offset);
    if (bytesRead === 0) throw new Error("A file of the snapshot changed while it was hashed.");
    hash.update(buffer.subarray(0, bytesRead));
    offset += bytesRead;
  }
}

/** Relative paths of all regular files, with `/` between folders. */
export async function listFiles(dir: string, signal: AbortSignal | undefined): Promise<string[]> {
  const files: string[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal?.throwIfAborted();
    for (const entry of await readdir(join(dir, folder), { withFileTypes: true })) {
      if (entry.isDirectory()) folders.push(`${folder}${entry.name}/`);
      else if (entry.isFile()) files.push(`${folder}${entry.name}`);
    }
  }
  return files;
}
