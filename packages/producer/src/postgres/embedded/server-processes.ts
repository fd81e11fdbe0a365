import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { hasCode } from "../../scratch/has-code.ts";
import { sendSignal } from "../../scratch/send-signal.ts";

const POLL_MS = 20;
/** As the kernel names them, with the end of the line. */
const PROGRAMS = ["postgres\n", "initdb\n"];

async function worksIn(pid: string, dir: string): Promise<boolean> {
  try {
    if ((await readlink(`/proc/${pid}/cwd`)) !== dir) return false;
    return PROGRAMS.includes(await readFile(`/proc/${pid}/comm`, "utf8"));
  } catch (error) {
    // Gone, or a stranger's.
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return false;
    throw error;
  }
}

/** The ids of PostgreSQL's processes that work in a folder (a real path): the server changes into its data. */
export async function serverProcesses(dir: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => worksIn(pid, dir)));
  return pids.filter((_, index) => found[index]).map(Number);
}

/** Kills every server process in a folder, again and again until none is left. False when one lives on after the deadline. */
export async function killServerProcesses(dir: string, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const pids = await serverProcesses(dir);
    if (pids.length === 0) return true;
    if (performance.now() > end) return false;
    for (const pid of pids) sendSignal(pid, "SIGKILL");
    await sleep(POLL_MS);
  }
}
