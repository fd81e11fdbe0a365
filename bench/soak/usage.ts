import { readdir, readFile } from "node:fs/promises";

import { processTree } from "../../packages/producer/src/chaos/process-tree.ts";
import { repeat } from "./repeat.ts";

const SAMPLE_MS = 2_000;
const MINUTE_MS = 60_000;

/** What must not grow: of the main process its memory and its descriptors, and the memory of all processes. */
export interface Usage {
  readonly mainBytes: number;
  readonly treeBytes: number;
  readonly descriptors: number;
}

/** A number in kB of a file of /proc; 0 for a process that has ended. */
async function readKib(file: string, name: string): Promise<number> {
  const text = await readFile(file, "utf8").catch(() => "");
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
}

async function measure(pid: number): Promise<Usage> {
  const tree = await processTree(pid);
  // Proportional memory: what processes share is counted once.
  const shares = await Promise.all(
    [pid, ...tree.map((process) => process.pid)].map((one) => readKib(`/proc/${one}/smaps_rollup`, "Pss")),
  );
  return {
    mainBytes: 1024 * (await readKib(`/proc/${pid}/status`, "VmRSS")),
    treeBytes: 1024 * shares.reduce((total, share) => total + share, 0),
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
  };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

export interface UsageWatch {
  /** The medians of the minute that ended so many minutes after the start. */
  readonly atMinute: (minute: number) => Usage;
  /** The medians of the last minute. */
  readonly latest: () => Usage;
  readonly ended: Promise<void>;
}

/** Measures a process and all below it every two seconds, until the signal aborts. */
export function watchUsage(pid: number, signal: AbortSignal): UsageWatch {
  const startedAt = performance.now();
  const samples: (Usage & { readonly at: number })[] = [];
  const ended = repeat(
    () => SAMPLE_MS,
    signal,
    async () => {
      samples.push({ at: performance.now() - startedAt, ...(await measure(pid)) });
    },
  );
  const between = (from: number, to: number): Usage => {
    const found = samples.filter(({ at }) => at >= from && at <= to);
    return {
      mainBytes: median(found.map(({ mainBytes }) => mainBytes)),
      treeBytes: median(found.map(({ treeBytes }) => treeBytes)),
      descriptors: median(found.map(({ descriptors }) => descriptors)),
    };
  };
  return {
    ended,
    atMinute: (minute) => between((minute - 1) * MINUTE_MS, minute * MINUTE_MS),
    latest: () => {
      const last = samples.at(-1)?.at ?? 0;
      return between(last - MINUTE_MS, last);
    },
  };
}
