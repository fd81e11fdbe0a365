import { readdir, readFile, stat } from "node:fs/promises";

import { killGroup } from "@framewright/pool";

import { readStatus } from "./owner.ts";

const GONE_OR_FORBIDDEN = new Set(["ENOENT", "ESRCH", "EACCES", "EPERM"]);

async function readProc(pid: string, file: "environ" | "cmdline"): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error && GONE_OR_FORBIDDEN.has(String(error.code))) return "";
    throw error;
  }
}

async function isOwn(pid: string): Promise<boolean> {
  const info = await stat(`/proc/${pid}`).catch(() => null);
  return info !== null && info.uid === process.geteuid?.();
}

async function isUsing(pid: string, mark: string): Promise<boolean> {
  if (!(await isOwn(pid))) return false;
  return (await readProc(pid, "cmdline")).includes(mark) || (await readProc(pid, "environ")).includes(mark);
}

/** Process groups of this user in which a process names the mark; never our own group, nor init's. */
async function groupsNaming(mark: string): Promise<Set<number>> {
  const own = await readStatus("self");
  const groups = new Set<number>();
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid) || !(await isUsing(pid, mark))) continue;
    const group = (await readStatus(pid))?.group ?? 0;
    if (group > 1 && group !== own?.group) groups.add(group);
  }
  return groups;
}

/**
 * Ends what a dead owner has left running: every process group of this user with a process that names the owner's
 * mark in its environment or its command line. Resolves to false when one still lives after 5 s.
 */
export async function killUsers(mark: string): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const groups = [...(await groupsNaming(mark))];
  const gone = await Promise.all(groups.map((group) => killGroup(group, 0)));
  return !gone.includes(false);
}
