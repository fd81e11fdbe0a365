import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a container or a slice may use; Infinity where nothing is set. */
export interface CgroupLimits {
  readonly memoryBytes: number;
  /** Cores' worth of time, also a fraction. */
  readonly cpus: number;
}

/** The files of both versions of control groups; without such a file there is no such limit. */
function readFileOr(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

/** The group and those above it: the tightest limit counts. */
function levels(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...levels(above)];
}

const positive = (text: string | undefined): number => (Number(text) > 0 ? Number(text) : Infinity);

function limitsOf(dir: string): CgroupLimits {
  const read = (name: string): string => readFileOr(join(dir, name));
  const [quota, period] = read("cpu.max").split(" ");
  return {
    memoryBytes: Math.min(positive(read("memory.max")), positive(read("memory.limit_in_bytes"))),
    cpus: Math.min(
      positive(quota) / Number(period ?? 1),
      positive(read("cpu.cfs_quota_us")) / Number(read("cpu.cfs_period_us") || 1),
    ),
  };
}

/** Where the groups of one line of /proc/PID/cgroup are mounted: version 2 in one tree, version 1 by controller. */
function groupDirs(line: string, mount: string): string[] {
  const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
  if (controllers === undefined || path === undefined) return [];
  const trees = controllers === "" ? [""] : controllers.split(",");
  // In a container the path may be the host's, while the mount begins with the own group: the last level finds it.
  return trees.flatMap((tree) => levels(path).map((level) => join(mount, tree, level)));
}

/**
 * The limits that this process runs under, through all levels. Node knows less: not those of an outer group, and no
 * share of processor time.
 */
export function readCgroupLimits(mount = "/sys/fs/cgroup", membership = "/proc/self/cgroup"): CgroupLimits {
  const found = readFileOr(membership)
    .split("\n")
    .flatMap((line) => groupDirs(line, mount))
    .map(limitsOf);
  return {
    memoryBytes: Math.min(Infinity, ...found.map(({ memoryBytes }) => memoryBytes)),
    cpus: Math.min(Infinity, ...found.map(({ cpus }) => cpus)),
  };
}
