import { createReadStream, createWriteStream } from "node:fs";
import { link, mkdir, open, opendir, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";

import { hasCode } from "../scratch/has-code.ts";

/** A folder may vanish, emptied by another process, between its making and its use: so often it is made again. */
const MAX_TRIES = 10;

/** Puts a file's bytes under another name, at best without a copy. */
export async function linkOrCopy(source: string, target: string, signal: AbortSignal): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    // Another file system, another owner, or as many links as the file system can count.
    if (!hasCode(error, "EXDEV", "EPERM", "EMLINK")) throw error;
    await pipeline(createReadStream(source), createWriteStream(target, { flags: "wx" }), { signal });
  }
}

/** Gives a finished file a name below `root`, in one step that fails when the name is taken; whether it was free. */
export async function publish(ready: string, target: string, root: string): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await mkdir(dirname(target), { recursive: true });
      await link(ready, target);
      break;
    } catch (error) {
      if (hasCode(error, "EEXIST")) return false;
      if (!hasCode(error, "ENOENT") || tries === MAX_TRIES) throw error;
    }
  }
  for (let dir = dirname(target); ; dir = dirname(dir)) {
    await sync(dir);
    if (dir === root) return true;
  }
}

/** Has a file or a folder on disk, so that it outlives a power failure. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path).catch(unlessGone);
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}

/** Removes the folder of a file and those above it, as far as they are empty. */
export async function removeEmpty(file: string, root: string): Promise<void> {
  for (let dir = dirname(file); dir !== root; dir = dirname(dir)) {
    try {
      await rmdir(dir);
    } catch (error) {
      if (hasCode(error, "ENOTEMPTY", "EEXIST")) return;
      if (!hasCode(error, "ENOENT")) throw error;
    }
  }
}

export interface FoundFile {
  /** Relative to the root, with `/` between folders. */
  readonly path: string;
  readonly bytes: number;
  readonly storedAt: Date;
}

/** The regular files below `root` whose path begins with `prefix`; what vanishes meanwhile is left out. */
export async function* findFiles(root: string, prefix: string, folder = ""): AsyncGenerator<FoundFile> {
  const entries = await opendir(join(root, folder)).catch(unlessGone);
  if (entries === null) return;
  for await (const entry of entries) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory() && (path.startsWith(prefix) || prefix.startsWith(`${path}/`))) {
      yield* findFiles(root, prefix, `${path}/`);
    }
    if (!entry.isFile() || !path.startsWith(prefix)) continue;
    const info = await stat(join(root, path)).catch(unlessGone);
    if (info !== null) yield { path, bytes: info.size, storedAt: info.mtime };
  }
}

/** Null for what is not there; throws anything else. */
export function unlessGone(error: unknown): null {
  if (hasCode(error, "ENOENT", "ENOTDIR")) return null;
  throw error;
}
