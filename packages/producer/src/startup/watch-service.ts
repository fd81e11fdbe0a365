import type { PoolSnapshot } from "@framewright/pool";

import type { Config } from "../config.ts";
import type { Heartbeat } from "../health/heartbeat.ts";
import type { UntouchedWork } from "../health/untouched-work.ts";
import { viewWork } from "../health/view-work.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { publishMetrics } from "../metrics/publish-metrics.ts";
import type { Load } from "../renders/watch-load.ts";
import { type ReadinessWatch, watchReadiness, type WorkSide } from "./watch-readiness.ts";

export interface WatchedParts {
  readonly config: Config;
  readonly heartbeat: Heartbeat;
  readonly work: UntouchedWork;
  readonly metrics: Metrics;
  readonly database: { readonly fault: string | null };
  readonly side: WorkSide | null;
  readonly readLoad: () => Load;
  readonly log: Log;
}

/** Keeps readiness and metrics true to the service's parts, until closed. */
export function watchService({
  config,
  heartbeat,
  work,
  metrics,
  database,
  side,
  readLoad,
  log,
}: WatchedParts): ReadinessWatch {
  const view = (pool: PoolSnapshot, held: boolean) => viewWork(readLoad(), held, pool);
  const readiness = watchReadiness({ ...config, database, side, heartbeat, work, viewWork: view, log });
  metrics.show(side?.pool ?? null, readLoad);
  const published = publishMetrics(metrics, heartbeat, log);
  return {
    refusal: () => readiness.refusal(),
    close: () => {
      readiness.close();
      published.close();
    },
  };
}
