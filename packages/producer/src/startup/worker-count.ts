import os from "node:os";

import { MIN_WORKER_BYTES } from "../config-types.ts";
import type { Config } from "../config.ts";
import { type CgroupLimits, readCgroupLimits } from "./cgroup-limits.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** A browser with a page and an encoder at 1080p, with room for heavy pages. */
const BYTES_PER_WORKER = 1_200 * MIB;
/** What the service needs for itself: about 200 MiB, and requests in flight. */
const SERVICE_BYTES = 300 * MIB;

export interface Capacity {
  readonly workers: number;
  /** At which a worker with all its processes is ended. */
  readonly workerMemoryBytes: number;
  readonly cores: number;
  readonly memoryBytes: number;
  /** How the numbers came about. */
  readonly words: string;
}

const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

/** One worker a core, as far as memory goes, and for each its share of the memory. Both respect a container's limits. */
export function workerCount(
  config: Pick<Config, "workers" | "workerMemoryBytes">,
  limits: CgroupLimits = readCgroupLimits(),
): Capacity {
  const parallelism = os.availableParallelism();
  const cores = Math.max(1, Math.floor(Math.min(parallelism, limits.cpus)));
  const memoryBytes = Math.min(limits.memoryBytes, os.totalmem());
  const forWorkers = memoryBytes - SERVICE_BYTES;
  const fitting = Math.max(0, Math.floor(forWorkers / BYTES_PER_WORKER));
  const workers = config.workers === "auto" ? Math.max(1, Math.min(cores, fitting)) : config.workers;
  const share = Math.max(MIN_WORKER_BYTES, Math.floor(forWorkers / workers));
  const workerMemoryBytes = config.workerMemoryBytes === "auto" ? share : config.workerMemoryBytes;

  const by = (value: unknown, variable: string): string => (value === "auto" ? "" : ` (${variable})`);
  const ofCores = limits.cpus < parallelism ? ` (a cgroup's quota of ${limits.cpus.toFixed(1)})` : "";
  const ofMemory = memoryBytes < os.totalmem() ? "the cgroup's limit" : "this machine";
  const words = [
    `${workers} render ${workers === 1 ? "worker" : "workers"}${by(config.workers, "PRODUCER_WORKERS")}:`,
    `${cores} ${cores === 1 ? "core" : "cores"}${ofCores};`,
    `${gib(memoryBytes)} of memory (${ofMemory}), less ${gib(SERVICE_BYTES)} for the service,`,
    `has room for ${fitting} of ${gib(BYTES_PER_WORKER)}.`,
    `A worker is ended when it holds ${gib(workerMemoryBytes)}${by(config.workerMemoryBytes, "PRODUCER_WORKER_MEMORY_BYTES")}.`,
  ].join(" ");
  return { workers, workerMemoryBytes, cores, memoryBytes, words };
}
