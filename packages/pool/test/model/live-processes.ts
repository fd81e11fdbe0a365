import { readdirSync, readFileSync } from "node:fs";

export interface LiveProcess {
  readonly pid: number;
  readonly pgid: number;
}

/**
 * Finds the processes of this machine that carry `mark` in their environment and are no zombies: what lives, without
 * asking the pool. It looks at everything in one go, so that nothing else of this process happens meanwhile. An
 * environment is read once for each process, since that read waits for whoever changes the process's memory.
 */
export function watchProcesses(mark: string): () => LiveProcess[] {
  let known = new Map<string, boolean>();
  return () => {
    const seen = new Map<string, boolean>();
    const live = readdirSync("/proc").flatMap((name) => {
      const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : "";
      if (stat === "") return [];
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const key = `${name} since ${fields[START_TIME]}`;
      const isOurs = known.get(key) ?? read(`/proc/${name}/environ`).includes(mark);
      seen.set(key, isOurs);
      if (!isOurs || fields[STATE] === "Z" || fields[STATE] === "X") return [];
      return [{ pid: Number(name), pgid: Number(fields[GROUP]) }];
    });
    known = seen;
    return live;
  };
}

/** Fields of `/proc/PID/stat` after the name, which may hold spaces itself. */
const STATE = 0;
const GROUP = 2;
const START_TIME = 19;

/** Empty for a process that has gone, and for one of another user. */
function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
