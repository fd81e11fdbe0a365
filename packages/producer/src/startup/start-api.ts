import { tellWhoMayCall } from "../access/tell-who-may-call.ts";
import { createApp } from "../app.ts";
import type { Config } from "../config.ts";
import type { Heartbeat } from "../health/heartbeat.ts";
import { readHealth } from "../health/pulse.ts";
import { isLoopbackHost } from "../http/loopback-host.ts";
import { type RunningServer, startServer } from "../http/server.ts";
import { createOutputTokens } from "../hyperframes/token.ts";
import { openIntake } from "../intake/open-intake.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createFetchHtml } from "../outgoing/fetch-html.ts";
import { createGuard } from "../outgoing/guard.ts";
import { guardedAgents } from "../outgoing/guarded-agents.ts";
import type { Database } from "../postgres/database.ts";
import { sharedSecret } from "../postgres/shared-secret.ts";
import { untilAvailable } from "../postgres/until-available.ts";
import type { Renders } from "../renders/port.ts";
import { copyOut } from "../store/copy-out.ts";
import { serveStored } from "../store/serve-stored.ts";
import { VERSION } from "../version.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import type { Base } from "./open-base.ts";

export interface ApiOptions {
  readonly config: Config;
  readonly base: Base;
  readonly renders: Renders;
  readonly webhooks: Webhooks;
  readonly heartbeat: Heartbeat;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What signs links to downloads, and what signs outputs. */
async function readSecrets(
  database: Database,
): Promise<{ readonly links: string; readonly outputs: Uint8Array }> {
  const links = Buffer.from(await sharedSecret(database, "download-links")).toString("base64url");
  return { links, outputs: await sharedSecret(database, "output-tokens") };
}

/** Serves the API. */
export async function startApi({
  config,
  base,
  renders,
  webhooks,
  heartbeat,
  metrics,
  log,
  signal,
}: ApiOptions): Promise<RunningServer> {
  const { scratch, store, database } = base;
  const secrets = await untilAvailable(() => readSecrets(database), signal);
  const limits = { maxBytes: config.maxProjectBytes, maxFiles: config.maxProjectFiles };
  const app = createApp({
    log,
    renders,
    intake: openIntake({ scratch, limits, projectsRoot: config.projectsRoot }),
    webhooks,
    fetchHtml: createFetchHtml(guardedAgents(createGuard(config.outgoingHosts))),
    apiKeys: config.apiKeys,
    linkSecret: config.linkSecret ?? secrets.links,
    outputTokens: createOutputTokens(secrets.outputs),
    serveArtifact: (request, artifact, options) => serveStored(request, store, artifact, options),
    copyArtifact: (artifact, file, signal) => copyOut(store, artifact, file, signal),
    readHealth: () => readHealth(heartbeat.pulse, "main"),
    renderMetrics: () => metrics.render(),
    declare: (what) => heartbeat.declare(what),
    loopbackOnly: isLoopbackHost(config.host),
    maxUploadBytes: config.maxUploadBytes,
    outputRoot: config.outputRoot,
    version: VERSION,
  });
  tellWhoMayCall(config, log);
  return startServer({ fetch: app.fetch, host: config.host, port: config.port });
}
