import { setTimeout as sleep } from "node:timers/promises";

import { type Pool, type PoolEvent, startPool } from "@framewright/pool";

import type { Log } from "../log.ts";
import { workerEntry } from "../worker-entry.ts";

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

/** The pool of render workers. Nothing of the service's environment reaches them. */
export function startWorkers(size: number, log: Log): Pool {
  return startPool({
    entry: workerEntry("render-worker"),
    size,
    env: { LANG: "C.UTF-8", TZ: "UTC", NODE_NO_WARNINGS: "1" },
    onEvent: (event) => logEvent(log, event),
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
