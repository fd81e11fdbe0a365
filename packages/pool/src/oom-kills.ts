import { readFileSync } from "node:fs";

const MOUNT = "/sys/fs/cgroup";

/** Whether the kernel has killed for want of memory in a process's cgroup since this was made; undefined where it cannot be told. */
export interface OomWatch {
  hasKilled(): boolean | undefined;
}

/** The files are the kernel's counters: they are read where we stand, so that a kill right after counts. */
export function watchOomKills(pid: number): OomWatch {
  const file = counterFiles(pid).find((name) => readKills(name) !== undefined);
  const before = file === undefined ? undefined : readKills(file);
  return {
    hasKilled() {
      const now = file === undefined ? undefined : readKills(file);
      return now === undefined || before === undefined ? undefined : now > before;
    },
  };
}

/** In a container, a cgroup's name may be the host's, while the mount shows the container's own at the top. */
function counterFiles(pid: number): string[] {
  const lines = readOr(`/proc/${pid}/cgroup`)?.split("\n") ?? [];
  for (const line of lines) {
    const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers.split(",").includes("memory")) {
      return [`${MOUNT}/memory${path}/memory.oom_control`, `${MOUNT}/memory/memory.oom_control`];
    }
  }
  const unified = lines.find((line) => line.startsWith("0::"))?.slice("0::".length);
  if (unified === undefined) return [];
  return [`${MOUNT}${unified}/memory.events`, `${MOUNT}/memory.events`];
}

function readKills(file: string): number | undefined {
  const kills = /^oom_kill (\d+)$/m.exec(readOr(file) ?? "")?.[1];
  return kills === undefined ? undefined : Number(kills);
}

function readOr(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
