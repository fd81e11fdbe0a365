import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Config } from "./config.ts";
import { startHealth } from "./health/health-thread.ts";
import { startHeartbeat } from "./health/heartbeat.ts";
import { observeRenders } from "./health/observe-renders.ts";
import { createUntouchedWork } from "./health/untouched-work.ts";
import { longestSilenceMs } from "./health/view-work.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { Endings } from "./renders/endings.ts";
import type { RenderSettings } from "./renders/settings.ts";
import { watchLoad } from "./renders/watch-load.ts";
import type { ShutdownStep } from "./shutdown.ts";
import type { Machine } from "./startup/find-tools.ts";
import { openBase } from "./startup/open-base.ts";
import { startApi } from "./startup/start-api.ts";
import { type RunningRenders, startRenders } from "./startup/start-renders.ts";
import { startSide } from "./startup/start-side.ts";
import { startWebhooks } from "./startup/start-webhooks.ts";
import { watchService } from "./startup/watch-service.ts";
import { type Capacity, workerCount } from "./startup/worker-count.ts";
import type { LibrarySettings } from "./work/jobs.ts";

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
/** Requests in flight may finish for so long once no work is left, as far as the drain time allows. */
const SERVER_GRACE_MS = { min: 500, max: 2_000 } as const;

function renderSettings(config: Config, { workers }: Capacity): RenderSettings {
  const { maxFrames, chunkSeconds, maxMediaSeconds: maxSeconds, maxSounds: maxTracks } = config;
  return {
    ...config,
    workers,
    limits: { maxDurationSeconds: config.maxDurationMs / 1000, maxFrames, chunkSeconds },
    media: { maxSeconds, maxTracks },
  };
}

/** The folder for what comes from the npm registry, and for what pages are served of it. */
export function libraryCache(cacheDir: string): string {
  return join(cacheDir, "libraries");
}

function librarySettings({ libraries }: Config, { cacheDir, npm }: Machine): LibrarySettings {
  return { mode: libraries, cacheDir: libraryCache(cacheDir), npm };
}

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
  const { database, queue } = base;
  const metrics = createMetrics();
  const capacity = workerCount(config);
  const side =
    config.role === "api"
      ? null
      : await startSide({ ...base, config, machine, capacity, metrics, log, signal, add });

  const work = createUntouchedWork({ boundMs: config.untouchedMs, silenceMs: longestSilenceMs(config) });
  const observer = observeRenders(metrics.observer, heartbeat, work);
  const webhooks = await startWebhooks({ config, base, log, signal, add });
  const { tenantRunning } = config;
  const endings = new Endings({ queue, observer, log, tenantRunning, onEnded: webhooks.onEnded });
  // What the load and the readiness look at comes later.
  const later: { running: RunningRenders | null } = { running: null };
  const load = watchLoad(database, () => later.running?.loop?.leases ?? new Set());
  add("load", () => load.close());
  const watch = watchService({
    config,
    heartbeat,
    work,
    metrics,
    database,
    side,
    readLoad: () => load.read(),
    log,
  });
  add("watch", () => watch.close());
  const settings = renderSettings(config, capacity);
  const refusal = () => watch.refusal();
  const libraries = librarySettings(config, machine);
  const common = { config, base, side, settings, libraries };
  const running = startRenders({ ...common, endings, observer, refusal, log, add });
  later.running = running;
  const { renders } = running;
  const server =
    config.role === "worker"
      ? null
      : await startApi({ config, base, renders, webhooks: webhooks.api, heartbeat, metrics, log, signal });
  const { min, max } = SERVER_GRACE_MS;
  const graceMs = Math.max(min, Math.min(max, config.drainMs * ENDING_SHARE));
  if (server) add("API", () => server.close(graceMs));
  const drainMs = config.drainMs * (1 - ENDING_SHARE);
  add("work", () => running.drain(Date.now() + drainMs), drainMs + CLOSE_STEP_MS);
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
