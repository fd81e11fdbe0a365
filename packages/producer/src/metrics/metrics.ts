import type { Pool, PoolEvent } from "@framewright/pool";
import { collectDefaultMetrics, Registry } from "prom-client";

import type { Load } from "../renders/watch-load.ts";
import type { RenderCounts } from "../renders/observer.ts";
import { countPool, showPool } from "./pool-metrics.ts";
import { countRenders, showLoad } from "./render-metrics.ts";

/** The main loop's metrics: counters from the start on, and what `show` adds. */
export interface Metrics {
  readonly observer: RenderCounts;
  readonly onPoolEvent: (event: PoolEvent) => void;
  /** Adds the gauges of what by then exists. Once. */
  show(pool: Pool | null, readLoad: () => Load): void;
  /** All of them in the text format of Prometheus. */
  render(): Promise<string>;
}

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Metrics of one service; a process may hold several. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    observer: countRenders(registry),
    onPoolEvent: countPool(registry),
    show: (pool, readLoad) => {
      if (pool) showPool(registry, pool);
      showLoad(registry, readLoad);
    },
    render: () => registry.metrics(),
  };
}
