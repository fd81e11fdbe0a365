import type { ChildState, ExitReason, Pool, PoolEvent, PoolSnapshot } from "@framewright/pool";
import { Counter, type Registry } from "prom-client";

import { addCounters, addGauge, addGauges } from "./families.ts";

/** Written as records, so that the compiler sees what is missing. */
const NO_CHILDREN: Readonly<Record<ChildState, number>> = {
  spawning: 0,
  ready: 0,
  busy: 0,
  draining: 0,
  dying: 0,
  dead: 0,
};
const REASONS: Record<ExitReason, true> = {
  "start-failed": true,
  "start-timeout": true,
  protocol: true,
  ping: true,
  deadline: true,
  stalled: true,
  cancelled: true,
  crash: true,
  oom: true,
  recycle: true,
  closed: true,
};

/** Counts what happens to render workers: give the result every event of the pool. */
export function countPool(registry: Registry): (event: PoolEvent) => void {
  const registers = [registry];
  const starts = new Counter({
    name: "framewright_pool_starts_total",
    help: "Render workers that were started.",
    registers,
  });
  const opened = new Counter({
    name: "framewright_pool_breaker_opened_total",
    help: "How often starts were given up for a while.",
    registers,
  });
  const exit = addCounters(
    registry,
    "framewright_pool_exits_total",
    "Render workers that have ended, by the reason.",
    "reason",
    Object.keys(REASONS),
  );
  return (event) => {
    if (event.type === "spawned") starts.inc();
    else if (event.type === "exit") exit(event.exit.reason);
    else if (event.type === "breaker-opened") opened.inc();
  };
}

/** Shows the pool as it is at the moment of asking. */
export function showPool(registry: Registry, pool: Pool): void {
  addGauges(registry, "framewright_pool_children", "Render workers, by their state.", "state", () => {
    const counts = { ...NO_CHILDREN };
    for (const { state } of pool.snapshot().children) counts[state] += 1;
    return counts;
  });
  const breakerHelp = "1 for the breaker's state; while it is not closed, render workers do not start.";
  addGauges(registry, "framewright_pool_breaker", breakerHelp, "state", () => ({
    ...{ closed: 0, open: 0, trial: 0 },
    [pool.snapshot().breaker.state]: 1,
  }));
  const gauge = (name: string, help: string, read: (snapshot: PoolSnapshot) => number): void =>
    addGauge(registry, `framewright_pool_${name}`, help, () => read(pool.snapshot()));
  gauge("size", "Render workers that are wanted.", ({ size }) => size);
  gauge("tasks_waiting", "Tasks that wait for a render worker.", ({ queued }) => queued);
  gauge("start_failures", "Starts that have failed in a row.", ({ failures }) => failures);
  gauge("launchable", "Whether a worker is there or can be expected.", ({ launchable }) =>
    Number(launchable),
  );
  gauge("memory_bytes", "Memory of all workers with what they started.", (now) => now.memoryBytes ?? NaN);
}
