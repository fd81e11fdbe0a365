import { readdir, readFile } from "node:fs/promises";

import { isErrno } from "../is-errno.ts";

/** Fields of /proc/PID/stat after the command's name, which may hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function parentOf(pid: number): Promise<number | null> {
  // One that ends meanwhile needs no killing.
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** Empty where there is no /proc. */
async function allPids(): Promise<number[]> {
  const names = await readdir("/proc").catch((): string[] => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/** A process and every one below it. */
export async function processTree(root: number): Promise<number[]> {
  const pids = await allPids();
  const parents = new Map(await Promise.all(pids.map(async (pid) => [pid, await parentOf(pid)] as const)));
  const found = [root];
  for (let level = [root]; level.length > 0;) {
    level = pids.filter((pid) => level.includes(parents.get(pid) ?? -1));
    found.push(...level);
  }
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // Gone already, or a helper of the sandbox with another user's rights, which ends with its browser.
    if (!isErrno(error) || !["ESRCH", "EPERM"].includes(error.code)) throw error;
  }
}

/**
 * Kills a process with all below it. A browser is often started by a shell script, whose death alone would
 * leave the browser running; a process group of its own would outlive the render worker's.
 */
export async function killTree(root: number): Promise<void> {
  for (const pid of await processTree(root)) kill(pid);
}

/** Kills every process that was started with an argument, with all below it: for what has lost the script that started it. */
export async function killStartedWith(argument: string): Promise<void> {
  for (const pid of await allPids()) {
    // One that ends meanwhile needs no killing.
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    // A browser puts spaces between the arguments that it shows.
    if (`${command} `.replaceAll("\0", " ").includes(`${argument} `)) await killTree(pid);
  }
}
