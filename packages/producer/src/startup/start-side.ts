import { join } from "node:path";

import type { Tools } from "@framewright/engine";
import type { Pool } from "@framewright/pool";

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Scratch } from "../scratch/scratch.ts";
import { createWorkers, type Workers } from "../work/workers.ts";
import { findTools, type Machine, tryTools } from "./find-tools.ts";
import { type LaunchWatch, watchLaunches } from "./launch-watch.ts";
import { paceLaunches } from "./pace-launches.ts";
import { firstWorker, startWorkers } from "./start-workers.ts";
import type { Capacity } from "./worker-count.ts";

const CLOSE_MS = 2_500;

/** What a process that does work has for it. */
export interface Side {
  readonly pool: Pool;
  readonly launches: LaunchWatch;
  readonly workers: Workers;
  readonly tools: Tools;
}

export interface SideOptions {
  readonly config: Config;
  readonly machine: Machine;
  readonly capacity: Capacity;
  readonly scratch: Pick<Scratch, "dir">;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Told how each part is ended, before the next begins. */
  readonly add: (name: string, end: () => Promise<void>) => void;
}

/** Finds the tools, starts the render workers, and what watches whether they can start what they need. */
export async function startSide(options: SideOptions): Promise<Side> {
  const { config, machine, capacity, metrics, log, signal, add } = options;
  const scratchDir = options.scratch.dir;
  const tools = await findTools(config, machine, scratchDir, log, signal);
  signal.throwIfAborted();
  log.info(capacity, capacity.words);
  const pool = startWorkers({
    capacity,
    scratchDir,
    codeCache: join(machine.cacheDir, "node"),
    log,
    onEvent: metrics.onPoolEvent,
  });
  add("render workers", () => pool.close(Date.now() + CLOSE_MS));
  const launches = watchLaunches({ trial: (ending) => tryTools(tools, scratchDir, ending), log });
  add("trial starts", () => launches.close());
  await firstWorker(pool, signal);
  return { pool, launches, workers: paceLaunches(createWorkers(pool), launches), tools };
}
