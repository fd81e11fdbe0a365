import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  type Plan,
  ProblemError,
  type Render,
  type RenderEvent,
  type RenderOptions,
} from "@framewright/contract";
import pino from "pino";
import { onTestFinished } from "vitest";

import { createDatabase, type Database } from "../../src/postgres/database.ts";
import { openNotices } from "../../src/queue/notices.ts";
import { openQueue } from "../../src/queue/open-queue.ts";
import { WorkLoop } from "../../src/queue/work-loop.ts";
import { DurableRenders, type DurableRendersDeps } from "../../src/renders/durable-renders.ts";
import { Endings } from "../../src/renders/endings.ts";
import { doWork } from "../../src/renders/flow/do-work.ts";
import type { FlowDeps } from "../../src/renders/flow/flow-deps.ts";
import { startHousekeeping } from "../../src/renders/housekeeping.ts";
import { NO_OBSERVER, type RenderObserver } from "../../src/renders/observer.ts";
import type { Admitted, Snapshot, Submission } from "../../src/renders/port.ts";
import type { WorkSettings } from "../../src/renders/settings.ts";
import { openShelf } from "../../src/renders/snapshot-shelf.ts";
import { openScratch } from "../../src/scratch/scratch.ts";
import { openSnapshotCache } from "../../src/snapshot/snapshot-cache.ts";
import { snapshotHtml } from "../../src/snapshot/take-snapshot.ts";
import { packAside } from "../../src/startup/pack-aside.ts";
import { openFileStore } from "../../src/store/file-store.ts";
import type { Store } from "../../src/store/port.ts";
import type { Workers } from "../../src/work/workers.ts";
import { createTestDatabase } from "../postgres/test-database.ts";
import { type Behaviour, healthy } from "./behaviours.ts";

const log = pino({ level: process.env["TEST_LOG"] ?? "silent" });

const SETTINGS: WorkSettings = {
  // Handed through to the workers, which are not real here.
  tools: {
    version: "tools",
    capture: { id: "screenshot", reason: null },
    ffmpeg: { origin: "system", encoders: ["libx264", "aac"] },
  } as never,
  limits: { maxDurationSeconds: 1_000, maxFrames: 100_000, chunkSeconds: null },
  media: { maxTracks: 10, maxSeconds: 1_000 },
  allowedHosts: [],
  libraries: { mode: "off", cacheDir: "unused", npm: {} },
  workers: 1,
  queueLimit: 100,
  tenantRunning: 100,
  tenantQueued: 100,
  tenantFramesPerDay: Number.MAX_SAFE_INTEGER,
  renderTimeoutMs: 60_000,
  planTimeoutMs: 10_000,
  readyTimeoutMs: 10_000,
  frameTimeoutMs: 10_000,
  retentionMs: 3_600_000,
  retentionBytes: undefined,
  renderScratchBytes: 1_000_000_000,
};

export interface HostOptions {
  /** What its workers do. (Default: every job, at once.) */
  readonly behaviour?: Behaviour;
  /** How many pieces of work it does at a time; with 0 it takes none. (Default: 2.) */
  readonly places?: number;
  readonly settings?: Partial<WorkSettings>;
  readonly refusal?: DurableRendersDeps["refusal"];
  readonly observer?: Partial<RenderObserver>;
  readonly store?: Store;
}

/** Machines that share a database and a store, each with all that a process of the service has but real workers. */
export interface Fleet {
  readonly dir: string;
  readonly store: Store;
  /** A connection of the test's own. */
  readonly database: Database;
  start(options?: HostOptions): Promise<Host>;
}

export interface Host {
  readonly renders: DurableRenders;
  readonly loop: WorkLoop;
  readonly flow: FlowDeps;
  /** Submits a composition of its own, unless `html` says which. */
  submit(options?: SubmitOptions): Promise<Render>;
  admit(options?: SubmitOptions): Promise<Admitted>;
  plan(signal?: AbortSignal, options?: SubmitOptions): Promise<Plan>;
  /** Folders of requests that are not let go of. */
  held(): Promise<string[]>;
  /** Ends it in good order: what runs after `graceMs` is handed back. */
  stop(graceMs?: number): Promise<void>;
  /** Ends it as power-off would: nothing of it reaches the database any more. */
  vanish(): Promise<void>;
}

export interface SubmitOptions {
  readonly tenant?: string;
  readonly html?: string;
  readonly options?: RenderOptions;
  readonly idempotency?: Submission["idempotency"];
}

/** A fleet on a database and a folder of its own, which go with the test: one of several at a time says which. */
export async function openFleet(whenFinished = onTestFinished): Promise<Fleet> {
  const test = await createTestDatabase();
  whenFinished(() => test[Symbol.asyncDispose]());
  const dir = await mkdtemp(join(tmpdir(), "framewright-fleet-"));
  whenFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  const store = await openFileStore(join(dir, "store"), { onWarning: () => undefined });
  const connect = async (): Promise<Database> => {
    const database = createDatabase({
      connection: { connectionString: test.url },
      onWarning: (message, cause) => log.warn({ err: cause }, message),
    });
    whenFinished(() => database.close());
    await database.ready;
    return database;
  };
  const database = await connect();
  let started = 0;
  return {
    dir,
    store,
    database,
    start: async (options = {}) => {
      started += 1;
      const host = await startHost(await connect(), join(dir, `host-${started}`), { store, ...options });
      whenFinished(() => host.stop());
      return host;
    },
  };
}

let submitted = 0;

async function startHost(
  database: Database,
  dir: string,
  { behaviour = healthy, places = 2, refusal = () => null, ...options }: HostOptions & { store: Store },
): Promise<Host> {
  const { store } = options;
  const settings = { ...SETTINGS, ...options.settings };
  const observer = { ...NO_OBSERVER, ...options.observer };
  const scratch = await openScratch(dir);
  const queue = await openQueue(database, log);
  const notices = openNotices(database);
  const endings = new Endings({ queue, observer, log, tenantRunning: settings.tenantRunning });
  const snapshots = openSnapshotCache({
    dir: join(scratch.dir, "snapshots"),
    store,
    maxBytes: 1e9,
    onWarning: (message, cause) => log.warn({ err: cause }, message),
  });
  // The fake's results are those of the job that it was given.
  const workers = { run: behaviour } as unknown as Workers;
  const owner = `host ${dir}`;
  const flow: FlowDeps = {
    database,
    queue,
    store,
    scratch,
    settings,
    snapshots,
    endings,
    observer,
    owner,
    untold: new Set(),
    workers,
    log,
  };
  const loop = new WorkLoop({
    database,
    queue,
    notices,
    room: (running) => (refusal() === null ? places - running : 0),
    run: (lease) => doWork(lease, flow),
    log,
  });
  const housekeeping = startHousekeeping({
    database,
    queue,
    store,
    settings,
    endings,
    tenantRunning: settings.tenantRunning,
    log,
  });
  const pack = (snapshot: Snapshot): Promise<void> => packAside(scratch, store, snapshot);
  const shelf = openShelf({ database, pack });
  const renders = new DurableRenders({
    ffmpeg: settings.tools.ffmpeg,
    database,
    queue,
    notices,
    snapshots: shelf,
    endings,
    settings,
    log,
    refusal,
  });

  const submission = async (given: SubmitOptions): Promise<Submission> => {
    const { tenant = "default", html = `composition ${(submitted += 1)}`, options: asked = {} } = given;
    const folder = await scratch.create("snapshot");
    const snapshot = await snapshotHtml(html, join(folder.dir, "files"));
    return {
      tenant,
      snapshot: { ...snapshot, discard: () => folder.remove() },
      options: asked,
      requestId: "request",
      idempotency: given.idempotency,
    };
  };
  let ending: Promise<void> | null = null;
  const stop = async (graceMs = 0): Promise<void> => {
    renders.drain();
    await loop.drain(Date.now() + graceMs, new ProblemError("shutting-down", "The service shut down."));
    renders.close();
    await end();
  };
  const end = async (): Promise<void> => {
    housekeeping.close();
    await notices.close();
    await queue.close();
    await snapshots.close();
    await database.close();
    await scratch.close();
  };
  const admit = async (given: SubmitOptions = {}): Promise<Admitted> =>
    renders.submit(await submission(given));
  const host: Host = {
    renders,
    loop,
    flow,
    admit,
    submit: async (given) => (await admit(given)).render,
    plan: async (signal = new AbortController().signal, given = {}) =>
      renders.plan(await submission(given), signal),
    held: async () => (await readdir(scratch.dir)).filter((name) => name.startsWith("snapshot-")),
    stop: (graceMs) => (ending ??= stop(graceMs)),
    vanish: () => (ending ??= database.close().then(() => stop())),
  };
  return host;
}

/** A render's events, from `after` on, to its end. */
export async function eventsOf(
  { renders }: Host,
  id: string,
  { after = 0, tenant = "default", timeoutMs = 20_000 } = {},
): Promise<RenderEvent[]> {
  const events: RenderEvent[] = [];
  for await (const event of renders.events(id, after, AbortSignal.timeout(timeoutMs), tenant)) {
    events.push(event);
  }
  return events;
}

/** The render once it has ended. */
export async function ended(host: Host, id: string, tenant = "default"): Promise<Render> {
  const last = (await eventsOf(host, id, { tenant })).at(-1);
  if (last?.type !== "finished") throw new Error(`the render has not ended: ${JSON.stringify(last)}`);
  return last.render;
}

/** What is in the queue of work that somebody could still begin, or has begun. */
export async function workLeft(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ kind: string }>(
    "SELECT data ->> 'kind' AS kind FROM pgboss.job WHERE state < 'completed' AND name ~ '^(renders|plans)' ORDER BY 1",
  );
  return rows.map(({ kind }) => kind);
}
