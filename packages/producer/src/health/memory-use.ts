import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Memory in use of what may be used, in bytes. File caches, which the kernel gives back, do not count. */
export interface MemoryUse {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

interface CgroupVersion {
  readonly root: string;
  /** The line of this process in /proc/self/cgroup. */
  readonly line: RegExp;
  readonly limit: string;
  readonly usage: string;
  /** What of memory.stat is cache, with that of the groups below. */
  readonly cache: RegExp;
}

const CGROUPS: readonly CgroupVersion[] = [
  {
    root: "/sys/fs/cgroup",
    line: /^0::(.*)$/m,
    limit: "memory.max",
    usage: "memory.current",
    cache: /^(?:active_file|inactive_file|slab_reclaimable) (\d+)$/gm,
  },
  {
    root: "/sys/fs/cgroup/memory",
    line: /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(.*)$/m,
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    cache: /^(?:total_active_file|total_inactive_file) (\d+)$/gm,
  },
];

/** The tightest of the limits that this process lives under; null where the system names none (not Linux). */
export async function readMemoryUse(): Promise<MemoryUse | null> {
  const uses = await readMemoryUses();
  return uses.toSorted((a, b) => b.usedBytes / b.limitBytes - a.usedBytes / a.limitBytes)[0] ?? null;
}

/** What is in use of each limit: the machine's, and those of the own cgroup and all above it. */
export async function readMemoryUses(): Promise<MemoryUse[]> {
  const uses = await Promise.all([readMachine(), ...CGROUPS.map(readCgroups)]);
  return uses.flat().filter((use) => use !== null);
}

async function readMachine(): Promise<MemoryUse | null> {
  const info = await readIfThere("/proc/meminfo");
  const total = numberIn(info, /^MemTotal:\s+(\d+) kB$/m);
  const available = numberIn(info, /^MemAvailable:\s+(\d+) kB$/m);
  if (total === null || available === null) return null;
  return { usedBytes: (total - available) * 1024, limitBytes: total * 1024 };
}

/** The own group and those above it: each may have a limit. */
async function readCgroups(version: CgroupVersion): Promise<(MemoryUse | null)[]> {
  const own = version.line.exec((await readIfThere("/proc/self/cgroup")) ?? "")?.[1];
  if (own === undefined) return [];
  const paths = [own];
  for (let path = own; path !== dirname(path); path = dirname(path)) paths.push(dirname(path));
  // In a container, the own path may be named as the host sees it, while the root is the own group: it is among them.
  return Promise.all(paths.map((path) => readCgroup(version, join(version.root, path))));
}

async function readCgroup({ limit, usage, cache }: CgroupVersion, dir: string): Promise<MemoryUse | null> {
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
    if (error instanceof Error && "code" in error && ABSENT.has(String(error.code))) return null;
    throw error;
  }
}

const ABSENT = new Set(["ENOENT", "ENOTDIR", "EACCES", "ENODEV"]);
