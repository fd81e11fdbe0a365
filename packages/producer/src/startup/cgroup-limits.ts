import { readFileSync } from "node:fs";
import { join } from "node:path";

import { CGROUP_MEMBERSHIP, CGROUP_MOUNT, cgroupDirs } from "./cgroup-dirs.ts";

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

/**
 * The limits that this process runs under, through all levels. Node knows less: not those of an outer group, and no
 * share of processor time.
 */
export function readCgroupLimits(mount = CGROUP_MOUNT, membership = CGROUP_MEMBERSHIP): CgroupLimits {
  const found = cgroupDirs(readFileOr(membership), mount).map(({ dir }) => limitsOf(dir));
  return {
    memoryBytes: Math.min(Infinity, ...found.map(({ memoryBytes }) => memoryBytes)),
    cpus: Math.min(Infinity, ...found.map(({ cpus }) => cpus)),
  };
}
