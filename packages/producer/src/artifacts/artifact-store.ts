import { createHash, randomUUID } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { copyFile, link, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";

import { asDiskFull } from "@framewright/engine";

import type { StoredArtifact } from "../renders/port.ts";
import { hasCode } from "../scratch/has-code.ts";
import { formatOwner, isAbandoned, type Owner, parseOwner, thisOwner } from "../scratch/owner.ts";

/** Where files are made ready; no key begins with a dot, so that nothing in here is ever taken for an artifact. */
const ASIDE = ".incoming";
/** No file takes so long to be made ready: what is older was left by a process of another container. */
const ASIDE_EXPIRY_MS = 3_600_000;
const KEY = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}$/;

export type ArtifactMeta = Pick<StoredArtifact, "filename" | "contentType">;

export interface PutArtifact extends StoredArtifact {
  readonly bytes: number;
}

export interface ArtifactStat {
  readonly bytes: number;
  /** When it was put. */
  readonly storedAt: Date;
}

/** Finished files by key. A key is complete or absent, and is never overwritten. */
export interface Artifacts {
  /** Moves a file in and gives what the store then holds: an earlier one of the same key stays. Throws `disk-full`. */
  put(key: string, sourceFile: string, meta: ArtifactMeta): Promise<PutArtifact>;
  stat(key: string): Promise<ArtifactStat | null>;
  /** Absolute path, whether or not anything is there. */
  path(key: string): string;
  /** Idempotent. */
  delete(key: string): Promise<void>;
  list(): Promise<string[]>;
  /** Deletes what was put before a time, and gives its keys. */
  sweep(olderThan: Date): Promise<string[]>;
}

export interface ArtifactsOptions {
  /** Told when a file that is done with cannot be removed. */
  readonly onWarning?: Warn;
}

type Warn = (message: string, cause: unknown) => void;

/** Opens the store in a folder, which is made if it is missing, also later. */
export async function openArtifacts(dir: string, options: ArtifactsOptions = {}): Promise<Artifacts> {
  const root = resolve(dir);
  const aside = join(root, ASIDE);
  const self = await thisOwner();
  const warn: Warn = (message, cause) => options.onWarning?.(message, cause);
  await clearAside(aside, self, warn);

  const path = (key: string): string => {
    if (!KEY.test(key)) throw new TypeError(`Not a key of an artifact: ${JSON.stringify(key)}`);
    return join(root, key);
  };
  const list = async (): Promise<string[]> => (await filesOf(root)).filter((name) => KEY.test(name)).sort();

  return {
    path,
    list,
    async put(key, sourceFile, meta) {
      const target = path(key);
      const ready = join(aside, `${formatOwner(self)}-${randomUUID()}`);
      try {
        await mkdir(aside, { recursive: true });
        await place(sourceFile, ready);
        await publish(ready, target, root);
        const { bytes, sha256 } = await hashFile(target);
        await remove(sourceFile, warn);
        return { path: target, bytes, sha256, ...meta };
      } catch (error) {
        throw asDiskFull(error);
      } finally {
        await remove(ready, warn);
      }
    },
    async stat(key) {
      const info = await statOrNull(path(key));
      return info && { bytes: info.size, storedAt: info.mtime };
    },
    async delete(key) {
      await rm(path(key), { force: true });
    },
    async sweep(olderThan) {
      await clearAside(aside, self, warn);
      return removeOlder(root, olderThan, warn);
    },
  };
}

/** Puts the source's bytes under another name, at best without a copy, and has them and their time on disk. */
async function place(sourceFile: string, ready: string): Promise<void> {
  try {
    await link(sourceFile, ready);
  } catch (error) {
    // Another file system, or one without hard links.
    if (!hasCode(error, "EXDEV", "EPERM", "ENOTSUP", "EMLINK")) throw error;
    await copyFile(sourceFile, ready, constants.COPYFILE_FICLONE);
  }
  const now = new Date();
  const handle = await open(ready, "r+");
  try {
    await handle.utimes(now, now);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives a finished file its name, in one step that fails when the name is taken: the first one stays. */
async function publish(ready: string, target: string, root: string): Promise<void> {
  try {
    await link(ready, target);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  const folder = await open(root);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function hashFile(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const data of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    const chunk: Buffer = data;
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Removes what dead processes were making ready. */
async function clearAside(aside: string, self: Owner, warn: Warn): Promise<void> {
  await mkdir(aside, { recursive: true });
  for (const name of await filesOf(aside)) {
    const file = join(aside, name);
    if (await isAbandoned(file, parseOwner(name), self, ASIDE_EXPIRY_MS)) await remove(file, warn);
  }
}

async function removeOlder(root: string, olderThan: Date, warn: Warn): Promise<string[]> {
  const removed: string[] = [];
  for (const name of (await filesOf(root)).filter((file) => KEY.test(file))) {
    const info = await statOrNull(join(root, name));
    if (info === null || info.mtime >= olderThan) continue;
    if (await remove(join(root, name), warn)) removed.push(name);
  }
  return removed;
}

/** Removes a file that is done with; whether it is gone. */
async function remove(file: string, warn: Warn): Promise<boolean> {
  try {
    await rm(file, { force: true });
    return true;
  } catch (error) {
    warn("A file of the artifacts could not be removed.", error);
    return false;
  }
}

/** Names of the regular files: a folder that somebody else put here is not ours. */
async function filesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function statOrNull(file: string): Promise<{ size: number; mtime: Date } | null> {
  try {
    return await stat(file);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}
