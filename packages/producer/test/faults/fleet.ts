import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Render } from "@framewright/contract";
import { expect, type TestContext } from "vitest";

import { LEASE_SECONDS } from "../../src/queue/open-queue.ts";
import { call, type Service, waitForRender } from "../e2e/api.ts";
import { databaseOf, queryDatabaseOf } from "../e2e/database-of.ts";
import { decodeGrey } from "../e2e/decode.ts";
import { type Folder, openFolder } from "../e2e/machine.ts";
import { processTree, type RunningProcess } from "../e2e/process-tree.ts";
import { FROM_SOURCE, type ProducerProcess, startProducerProcess } from "../e2e/producer-process.ts";
import { readBarcodes } from "../frame-truth/barcodes.ts";

export const TEST_MS = 180_000;
export const LEASE_MS = LEASE_SECONDS * 1000;
const LOOK_MS = 50;
const WAIT_MS = 30_000;

/** A process of the fleet, with a data folder of its own. */
export interface Host extends ProducerProcess {
  readonly dataDir: string;
}

/** A time that a piece of a render's work was begun. */
export interface Attempt {
  readonly job: string;
  readonly attempt: number;
  readonly pid: number;
  readonly kind: "plan" | "chunk" | "assemble";
  readonly index: number | null;
  readonly round: number | null;
  readonly ended: "done" | "handed-back" | "failed" | null;
  readonly startedAt: Date;
}

/** Processes that share a database and a store. */
export interface Fleet {
  readonly dir: string;
  readonly storeDir: string;
  readonly databaseUrl: string;
  start(role: "api" | "worker", env?: Record<string, string>, through?: readonly string[]): Promise<Host>;
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** In the order in which they were begun. */
  attempts(renderId: string): Promise<Attempt[]>;
}

const ATTEMPTS = `
  SELECT a.job_id AS job, a.attempt, split_part(a.owner, ':', 2)::int AS pid, j.data ->> 'kind' AS kind,
    (j.data ->> 'index')::int AS index, (j.data ->> 'round')::int AS round, a.ended, a.started_at AS "startedAt"
  FROM framewright.attempts a JOIN pgboss.job j ON j.id = a.job_id
  WHERE j.data ->> 'renderId' = $1 ORDER BY a.started_at`;

async function endHost(host: Host, folder: Folder): Promise<void> {
  // One that is stopped cannot end.
  if (host.child.exitCode === null && host.child.signalCode === null) process.kill(host.pid, "SIGCONT");
  await host[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
}

/** A fleet without a process yet; it goes with the test. */
export async function openFleet(context: TestContext): Promise<Fleet> {
  const folder = await openFolder("framewright-fleet-");
  const hosts: (() => Promise<void>)[] = [];
  context.onTestFinished(async () => {
    await Promise.all(hosts.map((end) => end()));
    await folder[Symbol.asyncDispose]();
  }, TEST_MS);
  const storeDir = join(folder.dir, "store");
  await mkdir(storeDir);
  const { DATABASE_URL } = await databaseOf(folder.dir);
  return {
    dir: folder.dir,
    storeDir,
    databaseUrl: DATABASE_URL,
    async start(role, env = {}, through = []) {
      const own = await openFolder();
      const common = {
        DATABASE_URL,
        PRODUCER_ROLE: role,
        PRODUCER_STORE_URL: `file://${storeDir}`,
        PRODUCER_WORKERS: "1",
        PRODUCER_CHUNK_SECONDS: "1",
      };
      const started = await startProducerProcess(FROM_SOURCE, own.dir, { ...common, ...env }, through);
      const host = { ...started, dataDir: own.dir };
      hosts.push(() => endHost(host, own));
      return host;
    },
    query: (text, values) => queryDatabaseOf(folder.dir, text, values),
    attempts: (renderId) => queryDatabaseOf(folder.dir, ATTEMPTS, [renderId]),
  };
}

/** A fleet of one API and two workers with a place each. */
export async function openThree(
  context: TestContext,
  env: Record<string, string> = {},
): Promise<{ fleet: Fleet; api: Host; workers: [Host, Host] }> {
  const fleet = await openFleet(context);
  const [api, ...workers] = await Promise.all([
    fleet.start("api", env),
    fleet.start("worker", env),
    fleet.start("worker", env),
  ]);
  return { fleet, api, workers };
}

/** Looks until something is there. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  timeoutMs = WAIT_MS,
): Promise<T> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; await sleep(LOOK_MS)) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
  }
  throw new Error(`in vain for ${timeoutMs} ms: ${what}`);
}

/** Where a host is probed: on a busy machine, the thread that answers may be there only after a second start. */
export function healthOf(host: Host): Promise<Service> {
  return eventually("the health thread answers", async () => {
    const [, port] = /"port":(\d+),"msg":"The health thread answers probes/.exec(host.log()) ?? [];
    return port !== undefined && { url: `http://127.0.0.1:${port}` };
  });
}

/** The browsers and encoders below a host. */
export async function captures({ pid }: Host): Promise<RunningProcess[]> {
  return (await processTree(pid)).filter(({ command }) => !command.includes("render-worker"));
}

/** Waits until no browser and no encoder is left below some hosts; gives how long that took, in ms. */
export async function untilIdle(hosts: readonly Host[], timeoutMs: number): Promise<number> {
  const startedAt = performance.now();
  await eventually(
    "no browser or encoder is left",
    async () => (await Promise.all(hosts.map(captures))).flat().length === 0,
    timeoutMs,
  );
  return performance.now() - startedAt;
}

/** Waits until a host is in the middle of a chunk of a render, and gives that. */
export function midChunk(fleet: Fleet, host: Host, renderId: string): Promise<Attempt> {
  return eventually("a host is in the middle of a chunk", async () => {
    const tree = await captures(host);
    if (!tree.some(({ command }) => command.includes("libx264"))) return null;
    const all = await fleet.attempts(renderId);
    return all.find(({ pid, kind, ended }) => pid === host.pid && kind === "chunk" && ended === null);
  });
}

/** Waits until somebody else has begun the same work. */
export function begunElsewhere(fleet: Fleet, renderId: string, lost: Attempt, timeoutMs = WAIT_MS) {
  return eventually(
    "the work is begun elsewhere",
    async () => (await fleet.attempts(renderId)).find(({ job, pid }) => job === lost.job && pid !== lost.pid),
    timeoutMs,
  );
}

/** What a render warns of, but for the clock that a slow page keeps its time by. */
export function warningsOf({ warnings }: Render): string[] {
  return warnings.filter(({ code }) => code !== "worker-clock").map(({ code }) => code);
}

/** Fails unless a render succeeds, uncharged, and shows these numbers, each once and in order. */
export async function expectFrames(
  fleet: Fleet,
  api: Service,
  renderId: string,
  frames: readonly number[],
): Promise<Render> {
  const render = await waitForRender(api, renderId, undefined, 2 * WAIT_MS);
  expect([render.state, render.problem]).toEqual(["succeeded", null]);
  const [row] = await fleet.query("SELECT charges FROM framewright.renders WHERE id = $1", [renderId]);
  expect(row).toEqual({ charges: null });
  const file = join(fleet.dir, `${renderId}.mp4`);
  await writeFile(file, Buffer.from(await (await call(api, render.links.artifact)).arrayBuffer()));
  expect(readBarcodes(await decodeGrey(file))).toEqual(frames);
  return render;
}
