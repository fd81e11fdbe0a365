import { readdir, readFile, stat } from "node:fs/promises";

import { killGroup } from "@framewright/pool";

import { hasCode } from "./has-code.ts";
import { readStatus } from "./owner.ts";

/** The two files need the process's memory map, which one that hangs in the kernel may keep to itself for ever. */
const READ_TIMEOUT_MS = 2_000;
/** A read that never ends holds one of Node's four threads for files: half of them stay free. */
const MAX_SILENT = 2;
/** The pids whose files were asked for and have not come yet. */
const silent = new Set<string>();

async function readProc(pid: string, file: "environ" | "cmdline"): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, "latin1");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return "";
    throw error;
  }
}

async function isOwn(pid: string): Promise<boolean> {
  // One that has ended since it was listed is nobody's.
  const info = await stat(`/proc/${pid}`).catch(() => null);
  return info !== null && info.uid === process.geteuid?.();
}

async function names(pid: string, mark: string): Promise<boolean> {
  return (await readProc(pid, "cmdline")).includes(mark) || (await readProc(pid, "environ")).includes(mark);
}

/** Whether a process names the mark; null when it does not say so in time. */
async function isUsing(pid: string, mark: string): Promise<boolean | null> {
  if (!(await isOwn(pid))) return false;
  if (silent.has(pid) || silent.size >= MAX_SILENT) return null;
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => {
    silent.add(pid);
    resolve(null);
  }, READ_TIMEOUT_MS);
  const answer = names(pid, mark).finally(() => {
    clearTimeout(timer);
    silent.delete(pid);
  });
  return Promise.race([answer, late]);
}

/** Process groups of this user in which a process names the mark; never our own group, nor init's. */
async function groupsNaming(mark: string): Promise<{ groups: number[]; isComplete: boolean }> {
  const groups = new Set<number>();
  let isComplete = true;
  for (const pid of await readdir("/proc")) {
    const uses = /^\d+$/.test(pid) && (await isUsing(pid, mark));
    isComplete &&= uses !== null;
    if (uses) groups.add((await readStatus(pid))?.group ?? 0);
  }
  const own = (await readStatus("self"))?.group;
  return { groups: [...groups].filter((group) => group > 1 && group !== own), isComplete };
}

/**
 * Ends what a dead owner has left running: every process group of this user with a process that names the owner's
 * mark in its environment or its command line. Resolves to false when one still lives after 5 s, or when a process
 * hangs so that it cannot be told whether it is one.
 */
export async function killUsers(mark: string): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const { groups, isComplete } = await groupsNaming(mark);
  const gone = await Promise.all(groups.map((group) => killGroup(group, 0)));
  return isComplete && !gone.includes(false);
}
