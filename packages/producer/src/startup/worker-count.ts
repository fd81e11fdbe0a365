import os from "node:os";

/** A browser with a page and an encoder at 1080p, with room for heavy pages. */
const BYTES_PER_WORKER = 1_200 * 2 ** 20;

export interface Capacity {
  readonly workers: number;
  /** How the number came about, for the log. */
  readonly cores: number;
  readonly memoryBytes: number;
}

/** Memory that this process may use: the cgroup's limit where there is one. */
export function memoryLimitBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < os.totalmem() ? limit : os.totalmem();
}

/** One worker a core, as far as memory goes. Both respect the limits of a container. */
export function workerCount(configured: number | "auto"): Capacity {
  const cores = os.availableParallelism();
  const memoryBytes = memoryLimitBytes();
  const fitting = Math.max(1, Math.floor(memoryBytes / BYTES_PER_WORKER));
  return { cores, memoryBytes, workers: configured === "auto" ? Math.min(cores, fitting) : configured };
}
