import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import type { Database } from "../../packages/producer/src/postgres/database.ts";
import type { Queue } from "../../packages/producer/src/queue/open-queue.ts";
import { chunksLeft, layOut } from "./lay-out.ts";

const WORKER = new URL("worker.ts", import.meta.url).pathname;
const CAPTURE_MS = 50;
const POLL_MS = 50;
const STOP_TIMEOUT_MS = 10_000;
const THROUGHPUT_TIMEOUT_MS = 900_000;
const SINGLE_TIMEOUT_MS = 30_000;

export interface Parts {
  readonly url: string;
  readonly database: Database;
  readonly queue: Queue;
}

export interface Throughput {
  readonly workers: number;
  readonly chunks: number;
  readonly perSecond: number;
  /** What a chunk costs a worker besides its capture, in milliseconds. */
  readonly overheadMs: number;
  readonly begunTwice: number;
  readonly lost: number;
}

async function startWorkers(url: string, count: number): Promise<ChildProcess[]> {
  const workers = Array.from({ length: count }, () => fork(WORKER, [url, String(CAPTURE_MS)]));
  await Promise.all(workers.map((worker) => once(worker, "message")));
  return workers;
}

async function stopWorkers(workers: readonly ChildProcess[]): Promise<void> {
  const ended = workers.map((worker) =>
    once(worker, "exit", { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) }).catch(() =>
      worker.kill("SIGKILL"),
    ),
  );
  for (const worker of workers) worker.disconnect();
  await Promise.all(ended);
}

/** Waits until all chunks are done. Gives how many are not, when that takes too long. */
async function untilDone(database: Database, id: string, timeoutMs: number): Promise<number> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const left = await chunksLeft(database, id);
    if (left === 0 || performance.now() > end) return left;
    await sleep(POLL_MS);
  }
}

/** How many chunks were begun more than once since then. */
async function begunTwice(database: Database, since: Date): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT (count(*) - count(DISTINCT a.job_id))::int AS count
     FROM framewright.attempts a JOIN pgboss.job j ON j.id = a.job_id WHERE a.started_at >= $1`,
    [since],
  );
  return row?.count ?? 0;
}

/** How many chunks so many workers do in a second, from a queue that is full when they begin. */
export async function throughput(
  { url, database, queue }: Parts,
  count: number,
  chunks: number,
): Promise<Throughput> {
  const since = new Date();
  const id = await layOut(database, queue, chunks);
  const workers = await startWorkers(url, count);
  const readyAt = performance.now();
  const before = await chunksLeft(database, id);
  const lost = await untilDone(database, id, THROUGHPUT_TIMEOUT_MS);
  const seconds = (performance.now() - readyAt) / 1000;
  const twice = await begunTwice(database, since);
  await stopWorkers(workers);
  const perSecond = (before - lost) / seconds;
  return {
    workers: count,
    chunks,
    perSecond,
    overheadMs: (count * 1000) / perSecond - CAPTURE_MS,
    begunTwice: twice,
    lost,
  };
}

/** How long a chunk that comes to idle workers waits for its beginning, in milliseconds, ascending. */
export async function startLatency(
  { url, database, queue }: Parts,
  count: number,
  singles: number,
): Promise<number[]> {
  const workers = await startWorkers(url, count);
  const waits: number[] = [];
  for (let n = 0; n < singles; n++) {
    await sleep(100 + Math.random() * 200);
    const id = await layOut(database, queue, 1);
    await untilDone(database, id, SINGLE_TIMEOUT_MS);
    const [row] = await database.query<{ ms: number }>(
      `SELECT extract(epoch FROM a.started_at - j.created_on)::float8 * 1000 AS ms
       FROM framewright.attempts a JOIN pgboss.job j ON j.id = a.job_id WHERE j.data ->> 'renderId' = $1`,
      [id],
    );
    if (row) waits.push(row.ms);
  }
  await stopWorkers(workers);
  return waits.toSorted((a, b) => a - b);
}
