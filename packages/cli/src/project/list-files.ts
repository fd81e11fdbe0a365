import type { Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";

import { badInput } from "../failure.ts";

/** Far above any real project: more means that the wrong folder was named, say a home folder. */
const MAX_FILES = 20_000;
const MAX_BYTES = 4 * 1024 ** 3;

export interface ProjectFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly stats: Stats;
}

export interface Listing {
  /** Sorted by path within each folder, so that the same project lists the same. */
  readonly files: ProjectFile[];
  /** Links that lead out of the project, or nowhere. */
  readonly leftOut: string[];
  bytes: number;
}

interface Target {
  readonly real: string;
  readonly stats: Stats;
}

/** Hidden files hold histories and secrets, `node_modules` and `out` what can be made again. */
function isLeftOut(name: string, folder: string): boolean {
  return name.startsWith(".") || name === "node_modules" || (name === "out" && folder === "");
}

/** What a path stands for after all links, or null when that is not in the project. */
async function targetOf(path: string, root: string): Promise<Target | null> {
  try {
    const real = await realpath(path);
    if (!real.startsWith(root === sep ? sep : root + sep)) return null;
    return { real, stats: await stat(real) };
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "ELOOP"].includes(String(error.code))) {
      return null;
    }
    throw error;
  }
}

function add(listing: Listing, file: ProjectFile): void {
  listing.files.push(file);
  listing.bytes += file.stats.size;
  if (listing.files.length <= MAX_FILES && listing.bytes <= MAX_BYTES) return;
  throw badInput(
    `The project's folder holds more than ${MAX_FILES} files or ${MAX_BYTES / 1024 ** 3} GiB.`,
    "Put the composition and what it uses into a folder of its own.",
  );
}

/** Whether a path leads to a package that is used, or lies in one. */
function isInPackage(path: string, packages: readonly string[]): boolean {
  return packages.some(
    (name) => `${path}/`.startsWith(`node_modules/${name}/`) || `node_modules/${name}`.startsWith(`${path}/`),
  );
}

/**
 * Lists the files of a project, through links that stay inside it. `except` is left out (absolute paths), and of the
 * top folder `node_modules` all but the `packages`.
 */
export async function listFiles(
  dir: string,
  except: readonly string[] = [],
  packages: readonly string[] = [],
): Promise<Listing> {
  const root = await realpath(dir);
  const listing: Listing = { files: [], leftOut: [], bytes: 0 };
  const isWanted = (name: string, folder: string, path: string): boolean => {
    if (path === "node_modules") return packages.length > 0;
    if (isLeftOut(name, folder) || except.includes(join(dir, path))) return false;
    return !`${folder}/`.startsWith("node_modules/") || isInPackage(path, packages);
  };

  async function visit(folder: string, ancestors: readonly string[]): Promise<void> {
    const names = await readdir(join(dir, folder));
    for (const name of names.sort()) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (!isWanted(name, folder, path)) continue;
      const target = await targetOf(join(dir, path), root);
      if (target === null) listing.leftOut.push(path);
      else if (target.stats.isFile()) add(listing, { path, stats: target.stats });
      else if (target.stats.isDirectory() && !ancestors.includes(target.real)) {
        await visit(path, [...ancestors, target.real]);
      }
    }
  }

  await visit("", [root]);
  return listing;
}
