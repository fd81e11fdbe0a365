import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createApp } from "./app.ts";
import { openArtifacts } from "./artifacts/artifact-store.ts";
import { serveArtifact } from "./artifacts/serve-artifact.ts";
import type { Config } from "./config.ts";
import { isLoopbackHost } from "./http/loopback-host.ts";
import { startServer } from "./http/server.ts";
import { startHealth } from "./health/health-thread.ts";
import { startHeartbeat } from "./health/heartbeat.ts";
import { observeRenders } from "./health/observe-renders.ts";
import { readHealth } from "./health/pulse.ts";
import { createUntouchedWork } from "./health/untouched-work.ts";
import { longestSilenceMs } from "./health/view-work.ts";
import { openIntake } from "./intake/open-intake.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { createGuard } from "./outgoing/guard.ts";
import { guardedAgents } from "./outgoing/guarded-agents.ts";
import { MemoryRenders } from "./renders/memory-renders.ts";
import { openScratch } from "./scratch/scratch.ts";
import type { ShutdownStep } from "./shutdown.ts";
import { checkFolders } from "./startup/check-folders.ts";
import { findTools, type Machine, tryTools } from "./startup/find-tools.ts";
import { firstWorker, startWorkers } from "./startup/start-workers.ts";
import { watchService } from "./startup/watch-service.ts";
import { workerCount } from "./startup/worker-count.ts";
import { VERSION } from "./version.ts";
import { watchLaunches } from "./startup/launch-watch.ts";
import { paceLaunches } from "./startup/pace-launches.ts";
import { createSender } from "./webhooks/send-webhook.ts";
import { createWebhooks } from "./webhooks/webhooks.ts";
import { createWorkers } from "./work/workers.ts";

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
  readonly url: string;
  /** Null when the health thread is off or does not listen. */
  readonly healthUrl: string | null;
}

/** How long the service keeps answering after it has said that it is not ready: a load balancer's next probe. */
const LINGER_MS = 500;
/** Of the drain time, what is kept for ending processes and connections. */
const ENDING_SHARE = 0.25;
const CLOSE_STEP_MS = 5_000;
/** Requests in flight may finish for so long once no render is left. */
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

  await checkFolders(config);
  const onWarning = (message: string, cause: unknown): void => log.warn({ err: cause }, message);
  const scratch = await openScratch(config.dataDir, { onWarning });
  add("scratch", () => scratch.close());
  const artifacts = await openArtifacts(join(config.dataDir, "artifacts"), { onWarning });
  const tools = await findTools(config, machine, scratch.dir, log, signal);
  signal.throwIfAborted();

  const metrics = createMetrics();
  const capacity = workerCount(config);
  log.info(capacity, capacity.words);
  const pool = startWorkers({ capacity, scratchDir: scratch.dir, log, onEvent: metrics.onPoolEvent });
  add("render workers", () => pool.close(Date.now() + CLOSE_STEP_MS / 2));
  const launches = watchLaunches({ trial: (ending) => tryTools(tools, scratch.dir, ending), log });
  add("trial starts", () => launches.close());
  await firstWorker(pool, signal);
  const work = createUntouchedWork({ boundMs: config.untouchedMs, silenceMs: longestSilenceMs(config) });
  const renders = new MemoryRenders({
    workers: paceLaunches(createWorkers(pool), launches),
    scratch,
    artifacts,
    log,
    refusal: () => watch.refusal(),
    observer: observeRenders(metrics.observer, heartbeat, work),
    settings: {
      ...config,
      tools,
      workers: capacity.workers,
      limits: { maxDurationSeconds: config.maxDurationMs / 1000, maxFrames: config.maxFrames },
    },
  });
  const readLoad = () => renders.load();
  const watch = watchService({ config, heartbeat, work, metrics, pool, launches, log, readLoad });
  add("watch", () => watch.close());
  const limits = { maxBytes: config.maxProjectBytes, maxFiles: config.maxProjectFiles };
  const guard = createGuard(config.outgoingHosts);
  const agents = guardedAgents(guard);
  const send = config.webhookSecret ? createSender({ agents, secret: config.webhookSecret }) : null;
  const app = createApp({
    log,
    renders,
    webhooks: createWebhooks({ guard, send, list: async () => [] }),
    apiKeys: config.apiKeys,
    intake: openIntake({ scratch, limits, projectsRoot: config.projectsRoot }),
    serveArtifact,
    readHealth: () => readHealth(heartbeat.pulse, "main"),
    renderMetrics: () => metrics.render(),
    declare: (what) => heartbeat.declare(what),
    loopbackOnly: isLoopbackHost(config.host),
    maxUploadBytes: config.maxUploadBytes,
    outputRoot: config.outputRoot,
    version: VERSION,
  });
  const server = await startServer({ fetch: app.fetch, host: config.host, port: config.port });
  add("API", () => server.close(SERVER_GRACE_MS));
  const drainMs = config.drainMs * (1 - ENDING_SHARE);
  add("renders", () => renders.close(Date.now() + drainMs), drainMs + CLOSE_STEP_MS);
  add("linger", () => sleep(Math.min(LINGER_MS, config.drainMs / 10)));
  add("readiness", () => heartbeat.setCause("draining", true));

  const healthPort = (await health?.started)?.port ?? null;
  signal.throwIfAborted();
  heartbeat.setCause("starting", false);
  const healthUrl = healthPort === null ? null : `http://127.0.0.1:${healthPort}`;
  if (config.apiKeys.length === 0) {
    const whom = isLoopbackHost(config.host) ? "only this machine is served" : "whoever reaches it is served";
    log.warn({ host: config.host }, `PRODUCER_API_KEYS is not set: callers need no key, and ${whom}`);
  }
  log.info({ url: server.url, docs: `${server.url}/docs`, health: healthUrl }, "ready");
  return { url: server.url, healthUrl };
}
