import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

export interface RunningProcess {
  readonly pid: number;
  readonly ppid: number;
  /** When it started, in clock ticks since boot: with the pid, it names a process for good. */
  readonly start: string;
  readonly command: string;
}

/** What /proc says of a process; null for one that is gone, or dead and not yet reaped. */
async function inspect(pid: number): Promise<RunningProcess | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ").trim();
    return { pid, ppid: Number(fields[1]), start: fields[19] ?? "", command };
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return null;
    throw error;
  }
}

async function allProcesses(): Promise<RunningProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(inspect));
  return found.flatMap((process) => process ?? []);
}

/** Every living descendant of a process. */
export async function processTree(root: number): Promise<RunningProcess[]> {
  const all = await allProcesses();
  const below = (pid: number): RunningProcess[] =>
    all.filter(({ ppid }) => ppid === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(root);
}

/** Living processes whose command line holds a text. */
export async function processesNaming(text: string): Promise<RunningProcess[]> {
  return (await allProcesses()).filter(({ pid, command }) => pid !== process.pid && command.includes(text));
}

/** Those of the given processes that still live. */
export async function survivors(processes: readonly RunningProcess[]): Promise<RunningProcess[]> {
  const now = await Promise.all(processes.map(({ pid }) => inspect(pid)));
  return processes.filter(({ start }, index) => now[index]?.start === start);
}

const LOOK_MS = 50;

/** Looks until something is found or the time is over; gives what it saw last. */
export async function until<T>(
  look: () => Promise<T>,
  found: (seen: T) => boolean,
  timeoutMs: number,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (found(seen) || Date.now() > end) return seen;
    await sleep(LOOK_MS);
  }
}

/** Kills a process; false when it has ended by itself since it was listed. */
export function killIfAlive(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
