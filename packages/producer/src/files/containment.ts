import { constants, type Stats } from "node:fs";
import { type FileHandle, open, readlink, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";

/** A file that was open inside the root when it was checked. Whoever holds it closes the handle. */
export interface ContainedFile {
  readonly handle: FileHandle;
  readonly stats: Stats;
  /** Where it really is, all links followed. */
  readonly path: string;
}

/**
 * Opens what a URL's path names below `root` (a real path): a file, or the word for what is there instead.
 * What lies outside is `missing`, just like what does not exist, so that nothing can be told from the answer.
 */
export async function openContained(
  root: string,
  pathname: string,
): Promise<ContainedFile | "directory" | "missing"> {
  const relative = decodePath(pathname);
  if (relative === undefined) return "missing";
  let handle: FileHandle | undefined;
  try {
    const path = await realpath(join(root, relative));
    if (!isInside(root, path)) return "missing";
    // No link may stand in for the file by now, and a pipe that nobody writes to must not block the open.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await handle.stat();
    const file = { handle, stats, path };
    const kind = (await isStillThere(root, file)) ? kindOf(stats) : "missing";
    if (kind !== "file") return kind;
    handle = undefined;
    return file;
  } catch (error) {
    if (isAbsence(error)) return "missing";
    throw error;
  } finally {
    await handle?.close();
  }
}

/** The path below the root, decoded once; undefined when it climbs or could not be a name on some system. */
function decodePath(pathname: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (path.includes("\0") || path.includes("\\")) return undefined;
  if (path.split("/").includes("..")) return undefined;
  return path.endsWith("/") ? `${path}index.html` : path;
}

function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/**
 * Whether the open file is the one inside the root: a folder on its way could have become a link since it was resolved.
 * Linux tells where an open file is; elsewhere the path must still lead to the same file.
 */
async function isStillThere(root: string, { handle, stats, path }: ContainedFile): Promise<boolean> {
  if (process.platform === "linux") return isInside(root, await readlink(`/proc/self/fd/${handle.fd}`));
  const now = await stat(path);
  return (await realpath(path)) === path && now.ino === stats.ino && now.dev === stats.dev;
}

function kindOf(stats: Stats): "file" | "directory" | "missing" {
  if (stats.isFile()) return "file";
  return stats.isDirectory() ? "directory" : "missing";
}

const ABSENCE = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EACCES", "EPERM", "ENXIO", "ENODEV"]);

function isAbsence(error: unknown): boolean {
  return error instanceof Error && "code" in error && ABSENCE.has(String(error.code));
}
