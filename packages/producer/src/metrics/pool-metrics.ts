import type { ChildState, ExitReason, Pool, PoolEvent } from "@framewright/pool";
import { Counter, Gauge, type Registry } from "prom-client";

/** Written as records, so that the compiler misses none. */
const STATES: Record<ChildState, true> = {
  spawning: true,
  ready: true,
  busy: true,
  draining: true,
  dying: true,
  dead: true,
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
const BREAKER_STATES = ["closed", "open", "trial"] as const;

/** Counts what happens to render workers: give the result every event of the pool. */
export function countPool(registry: Registry): (event: PoolEvent) => void {
  const registers = [registry];
  const starts = new Counter({
    name: "framewright_pool_starts_total",
    help: "Render workers that were started.",
    registers,
  });
  const exits = new Counter({
    name: "framewright_pool_exits_total",
    help: "Render workers that have ended, by the reason.",
    labelNames: ["reason"],
    registers,
  });
  for (const reason of Object.keys(REASONS)) exits.inc({ reason }, 0);
  const opened = new Counter({
    name: "framewright_pool_breaker_opened_total",
    help: "How often starting render workers was given up for a while.",
    registers,
  });
  return (event) => {
    if (event.type === "spawned") starts.inc();
    else if (event.type === "exit") exits.inc({ reason: event.exit.reason });
    else if (event.type === "breaker-opened") opened.inc();
  };
}

/** Shows the pool as it is at the moment of asking. */
export function showPool(registry: Registry, pool: Pool): void {
  const registers = [registry];
  new Gauge({
    name: "framewright_pool_children",
    help: "Render workers, by their state.",
    labelNames: ["state"],
    registers,
    collect() {
      for (const state of Object.keys(STATES)) this.set({ state }, 0);
      for (const { state } of pool.snapshot().children) this.inc({ state });
    },
  });
  new Gauge({
    name: "framewright_pool_breaker",
    help: "1 for the breaker's state: while it is not closed, render workers do not start.",
    labelNames: ["state"],
    registers,
    collect() {
      for (const state of BREAKER_STATES)
        this.set({ state }, Number(pool.snapshot().breaker.state === state));
    },
  });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `framewright_pool_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge("size", "Render workers that are wanted.", () => pool.snapshot().size);
  gauge("tasks_waiting", "Tasks that wait for a render worker.", () => pool.snapshot().queued);
  gauge("start_failures", "Starts that have failed in a row.", () => pool.snapshot().failures);
  gauge(
    "memory_bytes",
    "Memory of all render workers with what they started.",
    () => pool.snapshot().memoryBytes ?? NaN,
  );
  gauge("launchable", "Whether a render worker is there or can be expected.", () => Number(pool.launchable));
}
