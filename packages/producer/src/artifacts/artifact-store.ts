import { createHash, randomUUID } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { copyFile, link, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";

import { asDiskFull } from "@framewright/engine";

import type { StoredArtifact } from "../renders/port.ts";
import { formatOwner, isAbandoned, type Owner, parseOwner, thisOwner } from "../scratch/owner.ts";

/** Where files are made ready; no key begins with a dot, so that nothing in here is ever taken for an artifact. */
const ASIDE = ".incoming";
/** No file takes so long to be made ready: what is older was left by a process of another container. */
const ASIDE_EXPIRY_MS = 24 * 3_600_000;
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

/** Opens the store in a folder, which is made if it is missing. */
export async function openArtifacts(dir: string): Promise<Artifacts> {
  const root = resolve(dir);
  const aside = join(root, ASIDE);
  const self = await thisOwner();
  await mkdir(aside, { recursive: true });
  await clearAside(aside, self);

  const path = (key: string): string => {
    if (!KEY.test(key)) throw new TypeError(`Not a key of an artifact: ${JSON.stringify(key)}`);
    return join(root, key);
  };
  const list = async (): Promise<string[]> => (await readdir(root)).filter((name) => KEY.test(name)).sort();

  return {
    path,
    list,
    async put(key, sourceFile, meta) {
      const target = path(key);
      const ready = join(aside, `${formatOwner(self)}-${randomUUID()}`);
      try {
        await place(sourceFile, ready);
        await publish(ready, target, root);
        const { bytes, sha256 } = await hashFile(target);
        await rm(sourceFile, { force: true });
        return { path: target, bytes, sha256, ...meta };
      } catch (error) {
        throw asDiskFull(error);
      } finally {
        await rm(ready, { force: true });
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
      await clearAside(aside, self);
      return deleteOlder(root, await list(), olderThan);
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
async function clearAside(aside: string, self: Owner): Promise<void> {
  for (const name of await readdir(aside)) {
    const file = join(aside, name);
    const isDead = await isAbandoned(file, parseOwner(name), self, ASIDE_EXPIRY_MS);
    if (isDead) await rm(file, { force: true });
  }
}

async function deleteOlder(dir: string, names: readonly string[], olderThan: Date): Promise<string[]> {
  const deleted: string[] = [];
  for (const name of names) {
    const info = await statOrNull(join(dir, name));
    if (info === null || info.mtime >= olderThan) continue;
    await rm(join(dir, name), { force: true });
    deleted.push(name);
  }
  return deleted;
}

async function statOrNull(file: string): Promise<{ size: number; mtime: Date } | null> {
  try {
    return await stat(file);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
