import type { Pool } from "@framewright/pool";

import type { Config } from "../config.ts";
import type { Heartbeat } from "../health/heartbeat.ts";
import type { UntouchedWork } from "../health/untouched-work.ts";
import { viewWork } from "../health/view-work.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { publishMetrics } from "../metrics/publish-metrics.ts";
import type { Load } from "../renders/memory-renders.ts";
import type { LaunchWatch } from "./launch-watch.ts";
import { type ReadinessWatch, watchReadiness } from "./watch-readiness.ts";

export interface WatchedParts {
  readonly config: Config;
  readonly heartbeat: Heartbeat;
  readonly work: UntouchedWork;
  readonly metrics: Metrics;
  readonly pool: Pool;
  readonly launches: LaunchWatch;
  readonly readLoad: () => Load;
  readonly log: Log;
}

/** Keeps readiness and metrics true to the service's parts, until closed. */
export function watchService({
  config,
  heartbeat,
  work,
  metrics,
  pool,
  launches,
  readLoad,
  log,
}: WatchedParts): ReadinessWatch {
  const view = () => viewWork(readLoad(), pool.snapshot());
  const readiness = watchReadiness({ ...config, pool, launches, heartbeat, work, viewWork: view, log });
  metrics.show(pool, readLoad);
  const published = publishMetrics(metrics, heartbeat, log);
  return {
    refusal: () => readiness.refusal(),
    close: () => {
      readiness.close();
      published.close();
    },
  };
}
