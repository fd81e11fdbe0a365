import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { hasCode } from "../scratch/has-code.ts";
import { CGROUP_MEMBERSHIP, CGROUP_MOUNT, cgroupDirs } from "../startup/cgroup-dirs.ts";

/** Memory in use of what may be used, in bytes. File caches, which the kernel gives back, do not count. */
export interface MemoryUse {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

interface CgroupFiles {
  readonly limit: string;
  readonly usage: string;
  /** What of memory.stat is cache, with that of the groups below. */
  readonly cache: RegExp;
}

/** By controller: that of memory is a tree of its own in version 1. */
const CGROUP_FILES: Readonly<Record<string, CgroupFiles>> = {
  "": {
    limit: "memory.max",
    usage: "memory.current",
    cache: /^(?:active_file|inactive_file|slab_reclaimable) (\d+)$/gm,
  },
  memory: {
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    cache: /^(?:total_active_file|total_inactive_file) (\d+)$/gm,
  },
};

/** The tightest of the limits that this process lives under; null where the system names none (not Linux). */
export async function readMemoryUse(): Promise<MemoryUse | null> {
  const uses = await readMemoryUses();
  return uses.toSorted((a, b) => b.usedBytes / b.limitBytes - a.usedBytes / a.limitBytes)[0] ?? null;
}

/** What is in use of each limit: the machine's, and those of the own cgroup and all above it. */
export async function readMemoryUses(): Promise<MemoryUse[]> {
  const dirs = cgroupDirs((await readIfThere(CGROUP_MEMBERSHIP)) ?? "", CGROUP_MOUNT);
  const groups = dirs.map(({ controller, dir }) => readCgroup(CGROUP_FILES[controller], dir));
  const uses = await Promise.all([readMachine(), ...groups]);
  return uses.filter((use) => use !== null);
}

async function readMachine(): Promise<MemoryUse | null> {
  const info = await readIfThere("/proc/meminfo");
  const total = numberIn(info, /^MemTotal:\s+(\d+) kB$/m);
  const available = numberIn(info, /^MemAvailable:\s+(\d+) kB$/m);
  if (total === null || available === null) return null;
  return { usedBytes: (total - available) * 1024, limitBytes: total * 1024 };
}

async function readCgroup(files: CgroupFiles | undefined, dir: string): Promise<MemoryUse | null> {
  if (files === undefined) return null;
  const { limit, usage, cache } = files;
  const limitBytes = numberIn(await readIfThere(join(dir, limit)), /^(\d+)$/m);
  const usageBytes = numberIn(await readIfThere(join(dir, usage)), /^(\d+)$/m);
  if (limitBytes === null || limitBytes === 0 || usageBytes === null) return null;
  const stat = (await readIfThere(join(dir, "memory.stat"))) ?? "";
  const cached = [...stat.matchAll(cache)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  return { usedBytes: Math.max(0, usageBytes - cached), limitBytes };
}

function numberIn(text: string | null, pattern: RegExp): number | null {
  const found = pattern.exec(text ?? "")?.[1];
  return found === undefined ? null : Number(found);
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES", "ENODEV")) return null;
    throw error;
  }
}
