import { readdir, readFile } from "node:fs/promises";

export interface RunningProcess {
  readonly pid: number;
  readonly ppid: number;
  /** The leader of its process group. */
  readonly group: number;
  /** When it started, in clock ticks since boot: with the pid, it names a process for good. */
  readonly start: string;
  readonly command: string;
}

/** Where others' processes are hidden, they can be listed but not read. */
const GONE_OR_HIDDEN: ReadonlySet<unknown> = new Set(["ENOENT", "ESRCH", "EACCES", "EPERM"]);

/** What /proc says of a process; null for one that is gone, dead and not yet reaped, or hidden from this user. */
async function inspect(pid: number): Promise<RunningProcess | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ").trim();
    return { pid, ppid: Number(fields[1]), group: Number(fields[2]), start: fields[19] ?? "", command };
  } catch (error) {
    if (error instanceof Error && "code" in error && GONE_OR_HIDDEN.has(error.code)) return null;
    throw error;
  }
}

/** Every living process of the machine that this user may see. */
export async function allProcesses(): Promise<RunningProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(inspect));
  return found.flatMap((process) => process ?? []);
}

/** Whether a process is one of PostgreSQL's: its server, or one that the server has started. */
export function isDatabase({ command }: RunningProcess): boolean {
  return /^(\S*\/postgres |postgres: )/.test(command);
}

/** Those of the given processes that descend from one. */
export function below(root: number, all: readonly RunningProcess[]): RunningProcess[] {
  return all.filter(({ ppid }) => ppid === root).flatMap((child) => [child, ...below(child.pid, all)]);
}

/** Every living descendant of a process. */
export async function processTree(root: number): Promise<RunningProcess[]> {
  return below(root, await allProcesses());
}

/** Those of the given processes that still live. */
export async function survivors(processes: readonly RunningProcess[]): Promise<RunningProcess[]> {
  const now = await Promise.all(processes.map(({ pid }) => inspect(pid)));
  return processes.filter(({ start }, index) => now[index]?.start === start);
}
