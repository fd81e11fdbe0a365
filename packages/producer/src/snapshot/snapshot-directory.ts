import { constants } from "node:fs";
import { copyFile, mkdir, open, opendir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

import type { Snapshot } from "../renders/port.ts";
import { hasCode } from "../scratch/has-code.ts";
import { type Budget, openBudget, type SnapshotLimits } from "./budget.ts";
import { isBelow } from "./is-below.ts";
import { takeSnapshot } from "./take-snapshot.ts";

/** Something of the source that the snapshot does not hold. */
export interface LeftOut {
  /** Relative to the source, with `/` between folders. */
  readonly path: string;
  readonly reason: "link-leads-outside" | "link-broken" | "link-loop" | "not-a-file" | "unreadable";
}

export interface DirectorySnapshot extends Snapshot {
  readonly leftOut: readonly LeftOut[];
}

interface Copy {
  /** Real path of the source. */
  readonly root: string;
  /** Real path of the snapshot, which may itself lie below the source. */
  readonly target: string;
  readonly budget: Budget;
  readonly signal: AbortSignal;
  readonly leftOut: LeftOut[];
}

/** One file or folder on its way: its real path, its path in the snapshot, and the real folders above it. */
interface Item {
  readonly real: string;
  readonly path: string;
  readonly above: readonly string[];
}

/**
 * Copies a folder without its `.git`. Links are followed as long as they stay below the source; what they lead to is copied.
 * Throws `project-too-large`, `disk-full`, or the signal's reason.
 */
export async function snapshotDirectory(
  sourceDir: string,
  dir: string,
  limits: SnapshotLimits,
  signal: AbortSignal,
): Promise<DirectorySnapshot> {
  const leftOut: LeftOut[] = [];
  const budget = openBudget(limits, "project-too-large");
  const fill = async (): Promise<string> => {
    const [root, target] = await Promise.all([realpath(sourceDir), realpath(dir)]);
    await copyFolder({ root, target, budget, signal, leftOut }, { real: root, path: "", above: [] });
    return dir;
  };
  const snapshot = await takeSnapshot("projectDir", dir, fill, signal);
  return { ...snapshot, leftOut };
}

async function copyFolder(copy: Copy, { real, path, above }: Item): Promise<void> {
  if (real === copy.target) return;
  const folder = await unlessUnreadable(opendir(real));
  if (folder === null) return void copy.leftOut.push({ path, reason: "unreadable" });
  await mkdir(join(copy.target, path), { recursive: true });
  const within = [...above, real];
  for await (const entry of folder) {
    copy.signal.throwIfAborted();
    if (entry.name === ".git") continue;
    copy.budget.addEntry();
    await copyEntry(copy, {
      real: join(real, entry.name),
      path: path === "" ? entry.name : `${path}/${entry.name}`,
      above: within,
    });
  }
}

async function copyEntry(copy: Copy, item: Item): Promise<void> {
  const leaveOut = (reason: LeftOut["reason"]): void => void copy.leftOut.push({ path: item.path, reason });
  const real = await unlessUnreadable(realpath(item.real));
  if (real === null) return leaveOut("link-broken");
  if (!isCopied(copy, real)) return leaveOut("link-leads-outside");
  if (item.above.includes(real)) return leaveOut("link-loop");
  const info = await unlessUnreadable(stat(real));
  if (info?.isDirectory()) return copyFolder(copy, { ...item, real });
  if (info?.isFile() === false) return leaveOut("not-a-file");
  if (info === null || !(await copyRegular(copy, real, item.path))) leaveOut("unreadable");
}

/** Whether a real path belongs to what is copied: below the source, and nothing of a `.git`. */
function isCopied(copy: Copy, real: string): boolean {
  return (
    (isBelow(copy.root, real) && !relative(copy.root, real).split(sep).includes(".git")) || real === copy.root
  );
}

/** Copies one file; false when it cannot be read, or was replaced by something else since it was looked at. */
async function copyRegular(copy: Copy, real: string, path: string): Promise<boolean> {
  // Without waiting for the other end, should it have become a pipe.
  const handle = await unlessUnreadable(
    open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
  );
  if (handle === null) return false;
  try {
    const info = await handle.stat();
    // The open file under a name of its own: no exchange of folders or links can redirect it any more.
    const opened = process.platform === "linux" ? `/proc/self/fd/${handle.fd}` : real;
    const actual = await unlessUnreadable(realpath(opened));
    if (!info.isFile() || actual === null || !isCopied(copy, actual)) return false;
    copy.budget.addBytes(info.size);
    await copyFile(opened, join(copy.target, path), constants.COPYFILE_FICLONE);
    return true;
  } finally {
    await handle.close();
  }
}

const UNREADABLE = ["ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EPERM", "ENXIO"];

/** The result, or null for what vanished, is forbidden, or never was readable. */
async function unlessUnreadable<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (hasCode(error, ...UNREADABLE)) return null;
    throw error;
  }
}
