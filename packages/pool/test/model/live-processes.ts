import { readdirSync, readFileSync } from "node:fs";

export interface LiveProcess {
  readonly pid: number;
  readonly pgid: number;
}

/**
 * The processes of this machine that carry `text` in their environment and are no zombies: what lives, without asking
 * the pool. Reads everything in one go, so that nothing else of this process happens meanwhile.
 */
export function findLiveProcesses(text: string): LiveProcess[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name) || !read(`/proc/${name}/environ`).includes(text)) return [];
    const stat = read(`/proc/${name}/stat`);
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (stat === "" || state === "Z" || state === "X") return [];
    return [{ pid: Number(name), pgid: Number(group) }];
  });
}

/** Empty for a process that has gone, and for one of another user. */
function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
