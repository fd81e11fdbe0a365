import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";

import { extract } from "tar";

import { LibraryFault } from "../library-fault.ts";
import { packageAt, type PackageFiles } from "./package-files.ts";

/** Beyond these, a package is no library for a page. */
const MAX_UNPACKED_BYTES = 400 * 2 ** 20;
const MAX_FILES = 60_000;
/** What all packages together may come to; beyond it those go that have not been used for longest. */
const MAX_CACHE_BYTES = 4 * 2 ** 30;
/** What has been used so lately may be in use. */
const IN_USE_MS = 3_600_000;
/** Says how large a package is; written last. */
const SIZE_FILE = ".bytes";

/** Packages that have come from the registry, unpacked, shared by all processes on this machine. */
export interface PackageCache {
  versions(name: string): Promise<string[]>;
  find(name: string, version: string): Promise<PackageFiles | null>;
  /** Unpacks a tarball that was checked. @throws LibraryFault `library-too-large`, `library-unusable` */
  add(name: string, version: string, tarball: Buffer): Promise<PackageFiles>;
}

const folderOf = (name: string): string => name.replace("/", "+");

export function openPackageCache(cacheDir: string): PackageCache {
  const root = join(cacheDir, "packages");
  const place = (name: string, version: string): string => join(root, folderOf(name), version);
  const find: PackageCache["find"] = async (name, version) => {
    const files = await packageAt(place(name, version), name, "registry");
    const now = new Date();
    // Its age counts from its last use; one that goes meanwhile is fetched again.
    if (files) await utimes(place(name, version), now, now).catch(() => undefined);
    return files;
  };
  return {
    find,
    versions: async (name) => listNames(join(root, folderOf(name))),
    async add(name, version, tarball) {
      const aside = join(root, ".incoming", randomUUID());
      const own = join(aside, "node_modules", name);
      try {
        await mkdir(own, { recursive: true });
        const bytes = await unpack(tarball, own, `${name}@${version}`);
        await writeFile(join(aside, SIZE_FILE), String(bytes));
        await mkdir(join(root, folderOf(name)), { recursive: true });
        // Whoever was first has the same bytes.
        await rename(aside, place(name, version)).catch(async (error: unknown) => {
          if ((await find(name, version)) === null) throw error;
        });
      } finally {
        await rm(aside, { recursive: true, force: true });
      }
      await evict(root);
      const files = await find(name, version);
      if (files) return files;
      const message = `The package ${name}@${version} has no package.json that can be read.`;
      throw new LibraryFault("library-unusable", message, "Ship the file with the project.");
    },
  };
}

/** Unpacks plain files only: no link leads out of the package. */
async function unpack(tarball: Buffer, cwd: string, what: string): Promise<number> {
  let bytes = 0;
  let files = 0;
  const tooLarge = new LibraryFault(
    "library-too-large",
    `The package ${what} is too large to be served.`,
    "Ship the files that are needed with the project.",
  );
  const unpacking = extract({
    cwd,
    strip: 1,
    filter: (_path, entry) => {
      if (!("type" in entry) || (entry.type !== "File" && entry.type !== "OldFile")) return false;
      bytes += entry.size;
      files += 1;
      return bytes <= MAX_UNPACKED_BYTES && files <= MAX_FILES;
    },
  });
  try {
    await pipeline(Readable.from([tarball]), unpacking);
  } catch (cause) {
    const message = `The package ${what} cannot be unpacked.`;
    throw new LibraryFault("library-unusable", message, "Ship the file with the project.", { cause });
  }
  if (bytes > MAX_UNPACKED_BYTES || files > MAX_FILES) throw tooLarge;
  return bytes;
}

async function listNames(dir: string): Promise<string[]> {
  return (await readdir(dir).catch(() => [])).filter((name) => !name.startsWith("."));
}

/** Removes the packages that have not been used for longest while there are more than there may be. */
async function evict(root: string): Promise<void> {
  const places = (await listNames(root)).map((name) => join(root, name));
  const kept = (
    await Promise.all(
      places.map(async (place) =>
        Promise.all((await listNames(place)).map((version) => weigh(join(place, version)))),
      ),
    )
  ).flat();
  let total = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { dir, bytes, usedAt } of kept.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (total <= MAX_CACHE_BYTES || Date.now() - usedAt < IN_USE_MS) return;
    await rm(dir, { recursive: true, force: true });
    total -= bytes;
  }
}

/** A package that is being removed by another process weighs nothing. */
async function weigh(dir: string): Promise<{ dir: string; bytes: number; usedAt: number }> {
  try {
    const { mtimeMs } = await stat(dir);
    return { dir, bytes: Number(await readFile(join(dir, SIZE_FILE), "utf8")), usedAt: mtimeMs };
  } catch {
    return { dir, bytes: 0, usedAt: 0 };
  }
}
