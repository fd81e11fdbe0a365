import { setTimeout as sleep } from "node:timers/promises";

import { type Pool, type PoolEvent, startPool } from "@framewright/pool";

import type { Log } from "../log.ts";
import { workerEntry } from "../worker-entry.ts";
import type { Capacity } from "./worker-count.ts";

/** One line for each thing worth knowing; the rest at debug level. */
function logEvent(log: Log, event: PoolEvent): void {
  if (event.type === "exit" && event.exit.reason !== "closed" && event.exit.reason !== "recycle") {
    log.warn({ child: event.childId, exit: event.exit }, "render worker ended");
  } else if (event.type === "backoff") {
    log.error(event, "render workers do not start; trying again");
  } else {
    log.debug(event, "render worker");
  }
}

/** What a worker may have gathered after so many jobs, or so long, is not worth keeping. */
const MAX_TASKS = 1_000;
const MAX_AGE_MS = 6 * 3_600_000;
/** Between two jobs no browser is left: a worker that then holds this much of what would end it has a leak. */
const RECYCLE_SHARE = 0.5;

export interface WorkersOptions {
  readonly capacity: Capacity;
  /** The service's own scratch folder: by its name, what a killed service has left running is known. */
  readonly scratchDir: string;
  /** Where compiled scripts are kept, so that a worker starts faster than the first one. */
  readonly codeCache: string;
  readonly log: Log;
  readonly onEvent: (event: PoolEvent) => void;
}

/** The pool of render workers. Nothing of the service's environment reaches them. */
export function startWorkers({ capacity, scratchDir, codeCache, log, onEvent }: WorkersOptions): Pool {
  // Node reaps only its own children, and browsers leave theirs to the first process.
  if (process.pid === 1)
    log.warn("the service runs as process 1: dead processes pile up without an init (docker run --init)");
  return startPool({
    entry: workerEntry("render-worker"),
    size: capacity.workers,
    env: {
      LANG: "C.UTF-8",
      TZ: "UTC",
      NODE_NO_WARNINGS: "1",
      TMPDIR: scratchDir,
      NODE_COMPILE_CACHE: codeCache,
    },
    maxTasks: MAX_TASKS,
    maxAgeMs: MAX_AGE_MS,
    maxMemoryBytes: capacity.workerMemoryBytes * RECYCLE_SHARE,
    killMemoryBytes: capacity.workerMemoryBytes,
    onEvent: (event) => {
      logEvent(log, event);
      onEvent(event);
    },
    onOutput: (line, child) => log.debug({ child, line }, "render worker output"),
  });
}

/** A first worker takes about a second; one that takes longer than this shows in readiness instead. */
const FIRST_WORKER_TIMEOUT_MS = 10_000;
const LOOK_MS = 20;

/** Waits until a task could be started, or a while has passed. */
export async function firstWorker(pool: Pool, signal: AbortSignal): Promise<void> {
  const until = Date.now() + FIRST_WORKER_TIMEOUT_MS;
  while (!pool.launchable && Date.now() < until) await sleep(LOOK_MS, undefined, { signal });
}
