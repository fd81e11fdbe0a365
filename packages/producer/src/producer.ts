import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ProblemError } from "@framewright/contract";

import type { Config } from "./config.ts";
import { startHealth } from "./health/health-thread.ts";
import { startHeartbeat } from "./health/heartbeat.ts";
import { observeRenders } from "./health/observe-renders.ts";
import { createUntouchedWork } from "./health/untouched-work.ts";
import { longestSilenceMs } from "./health/view-work.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { type Lease } from "./queue/lease.ts";
import { WorkLoop } from "./queue/work-loop.ts";
import { DurableRenders } from "./renders/durable-renders.ts";
import { Endings } from "./renders/endings.ts";
import { doWork } from "./renders/flow/do-work.ts";
import { startHousekeeping } from "./renders/housekeeping.ts";
import type { RenderSettings } from "./renders/settings.ts";
import { openShelf } from "./renders/snapshot-shelf.ts";
import { watchLoad } from "./renders/watch-load.ts";
import type { ShutdownStep } from "./shutdown.ts";
import { packAside } from "./startup/pack-aside.ts";
import { openSnapshotCache } from "./snapshot/snapshot-cache.ts";
import { findTools, type Machine } from "./startup/find-tools.ts";
import { openBase } from "./startup/open-base.ts";
import { roomIn } from "./startup/room.ts";
import { startApi } from "./startup/start-api.ts";
import { startSide } from "./startup/start-side.ts";
import { startWebhooks } from "./startup/start-webhooks.ts";
import { watchService } from "./startup/watch-service.ts";
import { workerCount } from "./startup/worker-count.ts";

export interface StartOptions {
  readonly config: Config;
  readonly machine: Machine;
  readonly log: Log;
  /** Receives, first to last, what has to be ended of what was started: complete at every moment, also when starting fails. */
  readonly steps: ShutdownStep[];
  /** Aborting stops the start between two steps. */
  readonly signal: AbortSignal;
}

export interface Producer {
  /** Null where the API is not served. */
  readonly url: string | null;
  /** Null when the health thread is off or does not listen. */
  readonly healthUrl: string | null;
}

/** How long the service keeps answering after it has said that it is not ready: a load balancer's next probe. */
const LINGER_MS = 500;
/** Of the drain time, what is kept for ending processes and connections. */
const ENDING_SHARE = 0.25;
const CLOSE_STEP_MS = 5_000;
/** Requests in flight may finish for so long once no work is left. */
const SERVER_GRACE_MS = 500;

/** Starts the service, part by part; each part adds how it is ended before the next begins. */
export async function startProducer({
  config,
  machine,
  log,
  steps,
  signal,
}: StartOptions): Promise<Producer> {
  const add = (name: string, run: () => Promise<void> | void, timeoutMs = CLOSE_STEP_MS): void => {
    steps.unshift({ name, timeoutMs, run });
    signal.throwIfAborted();
  };

  const heartbeat = startHeartbeat();
  add("heartbeat", () => heartbeat.close());
  const { healthHost: host, healthPort: port } = config;
  const health = config.healthWorkerDisabled
    ? null
    : startHealth({ host, port, deadAfterMs: config.livenessMs, pulse: heartbeat.pulse, log });
  if (health) add("health thread", () => health.close());

  const base = await openBase({ config, machine, heartbeat, log, signal, add });
  const { scratch, database, queue, notices, store } = base;
  const metrics = createMetrics();
  const worksHere = config.role !== "api";
  const capacity = workerCount(config);
  const tools = worksHere ? await findTools(config, machine, scratch.dir, log, signal) : null;
  signal.throwIfAborted();
  const side =
    tools && (await startSide({ capacity, tools, scratchDir: scratch.dir, metrics, log, signal, add }));

  const work = createUntouchedWork({ boundMs: config.untouchedMs, silenceMs: longestSilenceMs(config) });
  const observer = observeRenders(metrics.observer, heartbeat, work);
  const webhooks = await startWebhooks({ config, base, log, add });
  const endings = new Endings({
    queue,
    observer,
    log,
    tenantRunning: config.tenantRunning,
    onEnded: webhooks.onEnded,
  });
  const settings: RenderSettings = {
    ...config,
    workers: capacity.workers,
    limits: {
      maxDurationSeconds: config.maxDurationMs / 1000,
      maxFrames: config.maxFrames,
      chunkSeconds: config.chunkSeconds,
    },
  };
  let loop: WorkLoop | null = null;
  const leases = (): ReadonlySet<Lease> => loop?.leases ?? new Set();
  const load = watchLoad(database, leases);
  add("load", () => load.close());
  const watch = watchService({ config, heartbeat, work, metrics, database, side, readLoad: load.read, log });
  add("watch", () => watch.close());
  const housekeeping = startHousekeeping({ database, store, settings, endings, log });
  add("housekeeping", () => housekeeping.close());
  const onWarning = (message: string, cause: unknown): void => log.warn({ err: cause }, message);
  const snapshots = openSnapshotCache({
    dir: join(scratch.dir, "snapshots"),
    store,
    maxBytes: config.snapshotCacheBytes,
    onWarning,
  });
  add("snapshots", () => snapshots.close());
  const flow = side &&
    tools && {
      ...base,
      workers: side.workers,
      settings: { ...settings, tools },
      snapshots,
      endings,
      observer,
      owner: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
      log,
    };
  if (side && flow) {
    loop = new WorkLoop({
      database,
      queue,
      notices,
      room: roomIn(side.pool, () => watch.refusal()),
      run: (lease) => doWork(lease, flow),
      log,
    });
  }
  const renders = new DurableRenders({
    database,
    queue,
    notices,
    snapshots: openShelf({
      database,
      pack: (snapshot) => packAside(scratch, store, snapshot),
      keepHere: side ? (snapshot) => snapshots.add(snapshot) : undefined,
    }),
    endings,
    settings,
    log,
    refusal: () => watch.refusal(),
  });
  const server =
    config.role === "worker"
      ? null
      : await startApi({ config, base, renders, webhooks: webhooks.api, heartbeat, metrics, log });
  if (server) add("API", () => server.close(SERVER_GRACE_MS));
  const drainMs = config.drainMs * (1 - ENDING_SHARE);
  const handedBack = new ProblemError("shutting-down", "The service shut down before the work was done.");
  add(
    "work",
    async () => {
      renders.drain();
      await loop?.drain(Date.now() + drainMs, handedBack);
      renders.close();
    },
    drainMs + CLOSE_STEP_MS,
  );
  add("linger", () => sleep(Math.min(LINGER_MS, config.drainMs / 10)));
  add("readiness", () => heartbeat.setCause("draining", true));

  const healthPort = (await health?.started)?.port ?? null;
  signal.throwIfAborted();
  heartbeat.setCause("starting", false);
  const healthUrl = healthPort === null ? null : `http://127.0.0.1:${healthPort}`;
  const url = server?.url ?? null;
  log.info({ role: config.role, url, docs: url && `${url}/docs`, health: healthUrl }, "ready");
  return { url, healthUrl };
}
