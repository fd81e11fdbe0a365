import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ifThere } from "./if-there.ts";
import { hashOf, integrityOf } from "./integrity.ts";

/** What no render on this machine has used for so long is kept by the store alone. */
const KEEP_MS = 30 * 24 * 3_600_000;

/** Where bytes that were served are on this machine, by their integrity; null for what is none. */
export function keptFile(cacheDir: string, integrity: string): string | null {
  const hash = hashOf(integrity);
  return hash === null ? null : join(cacheDir, "files", hash);
}

/** Keeps bytes for whoever serves them next; gives their integrity. */
export async function keep(cacheDir: string, bytes: Buffer): Promise<string> {
  const integrity = integrityOf(bytes);
  const file = keptFile(cacheDir, integrity);
  if (file === null || (await touch(file))) return integrity;
  const aside = `${file}.${randomUUID()}`;
  await mkdir(join(cacheDir, "files"), { recursive: true });
  await writeFile(aside, bytes);
  await rename(aside, file);
  return integrity;
}

/** Bytes that were kept, unless they have come to harm; null when they are not here. */
export async function readKept(cacheDir: string, integrity: string): Promise<Buffer | null> {
  const file = keptFile(cacheDir, integrity);
  if (file === null || !(await touch(file))) return null;
  const bytes = await ifThere(readFile(file));
  if (bytes !== null && integrityOf(bytes) === integrity) return bytes;
  await rm(file, { force: true });
  return null;
}

/** Marks a file as in use; false when it is not there. */
async function touch(file: string): Promise<boolean> {
  const now = new Date();
  return (await ifThere(utimes(file, now, now).then(() => true))) === true;
}

/** Removes what has not been used for long. What cannot be removed now is tried again by the next process. */
export async function sweepKept(cacheDir: string): Promise<void> {
  const dir = join(cacheDir, "files");
  for (const name of (await ifThere(readdir(dir))) ?? []) {
    const file = join(dir, name);
    const info = await ifThere(stat(file));
    if (info && Date.now() - info.mtimeMs > KEEP_MS) await rm(file, { force: true });
  }
}
