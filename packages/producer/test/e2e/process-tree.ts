import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { allProcesses, type RunningProcess } from "../../src/chaos/process-tree.ts";
import { sendSignal } from "../../src/scratch/send-signal.ts";

export { processTree, type RunningProcess, survivors } from "../../src/chaos/process-tree.ts";

/** Living processes whose command line holds a text. */
export async function processesNaming(text: string): Promise<RunningProcess[]> {
  return (await allProcesses()).filter(({ pid, command }) => pid !== process.pid && command.includes(text));
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
  return sendSignal(pid, "SIGKILL");
}

/** Stops a process, and waits until each of its threads stands still: on a busy machine, some go on for a while. */
export async function stop(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  const states = async (): Promise<string[]> => {
    const threads = await readdir(`/proc/${pid}/task`);
    const stats = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/stat`, "utf8")));
    return stats.map((stat) => stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "");
  };
  const isStopped = (found: readonly string[]): boolean => found.every((state) => state === "T");
  if (!isStopped(await until(states, isStopped, 10_000))) throw new Error(`${pid} does not stop`);
}
