import { readdirSync, readFileSync } from "node:fs";

/** Of /proc/PID/stat, on every Linux that matters. */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 200;

interface Sample {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function readStat(pid: string): Sample | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { pid: Number(pid), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    // It ended between the listing and the reading.
    return null;
  }
}

function descendants(all: readonly Sample[], ancestor: number): Sample[] {
  const children = all.filter(({ parent }) => parent === ancestor);
  return children.flatMap((child) => [child, ...descendants(all, child.pid)]);
}

/** A process and all that it started, as they are now. */
function readTree(root: number): Sample[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readStat(pid) ?? []);
  return [...all.filter(({ pid }) => pid === root), ...descendants(all, root)];
}

/** Proportional memory: what processes share is counted once. */
function readPss(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

export interface TreeUse {
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** Samples a process and all its descendants until `stop`. */
export function watchTree(root: number): { stop(): TreeUse } {
  const ticks = new Map<number, number>();
  const first = new Map<number, number>();
  let peakBytes = 0;
  const sample = (): void => {
    const tree = readTree(root);
    for (const { pid, ticks: used } of tree) {
      // What ran before the measurement does not count; what starts during it counts from zero.
      if (!first.has(pid)) first.set(pid, started ? 0 : used);
      ticks.set(pid, used);
    }
    const bytes = tree.reduce((sum, { pid }) => sum + readPss(pid), 0);
    peakBytes = Math.max(peakBytes, bytes);
  };
  let started = false;
  sample();
  started = true;
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(timer);
      sample();
      let used = 0;
      for (const [pid, last] of ticks) used += last - (first.get(pid) ?? 0);
      return { cpuSeconds: used / TICKS_PER_SECOND, peakBytes };
    },
  };
}
