import { setTimeout as sleep } from "node:timers/promises";

import pino from "pino";
import { onTestFinished } from "vitest";

import { createDatabase, type Database } from "../../src/postgres/database.ts";
import { complete, type Lease } from "../../src/queue/lease.ts";
import { type Notices, openNotices } from "../../src/queue/notices.ts";
import { openQueue, type Queue } from "../../src/queue/open-queue.ts";
import { WorkLoop, type WorkLoopOptions } from "../../src/queue/work-loop.ts";
import { tenantOf, type Work } from "../../src/queue/work.ts";
import { createTestDatabase } from "../postgres/test-database.ts";

const log = pino({ level: "silent" });

/** What a process has of the queues. */
export interface Member {
  readonly database: Database;
  readonly queue: Queue;
  readonly notices: Notices;
  /** Puts work into a tenant's queue. */
  add(works: readonly Work[], tenant?: string): Promise<void>;
  /** The next work of a queue, held by nobody's loop. */
  take(queue: string): Promise<Lease | null>;
  /** Takes work until the test ends. */
  loop(options: Pick<WorkLoopOptions, "room" | "run"> & Partial<WorkLoopOptions>): WorkLoop;
}

/** A database of the test's own, and members of a fleet on it; all of it ends with the test: one of several at a time says which. */
export async function openQueues(whenFinished = onTestFinished): Promise<{ join(): Promise<Member> }> {
  const { url, ...test } = await createTestDatabase();
  whenFinished(() => test[Symbol.asyncDispose]());
  return { join: () => join(url, whenFinished) };
}

async function join(url: string, whenFinished: typeof onTestFinished): Promise<Member> {
  const database = createDatabase({ connection: { connectionString: url }, onWarning: () => undefined });
  whenFinished(() => database.close());
  await database.ready;
  const queue = await openQueue(database, log);
  whenFinished(() => queue.close());
  const notices = openNotices(database);
  whenFinished(() => notices.close());
  return {
    database,
    queue,
    notices,
    async add(works, tenant = "default") {
      await queue.ensureTenant(tenant);
      const deadline = new Date(Date.now() + 60_000);
      await database.transaction((tx) =>
        queue.add(
          tx,
          tenant,
          works.map((work) => ({ work, priority: 0, deadline })),
        ),
      );
    },
    async take(name) {
      const [job] = await queue.boss.fetch<Work>(name, { includeMetadata: true });
      if (!job) return null;
      const { signal } = new AbortController();
      const { id, data, retryCount } = job;
      return { id, attempt: retryCount, queue: name, tenant: tenantOf(name), work: data, signal };
    },
    loop(options) {
      const loop = new WorkLoop({ database, queue, notices, log, ...options });
      whenFinished(() => loop.drain(Date.now(), new Error("the test is over")));
      return loop;
    },
  };
}

/** As if its owner had given no sign of life for long. */
export async function expireLease({ database }: Member, { id }: Pick<Lease, "id">): Promise<void> {
  await database.query("UPDATE pgboss.job SET heartbeat_on = now() - interval '1 hour' WHERE id = $1", [id]);
}

export async function stateOf({ database }: Member, id: string): Promise<string | undefined> {
  const [job] = await database.query<{ state: string }>("SELECT state FROM pgboss.job WHERE id = $1", [id]);
  return job?.state;
}

/** Takes the next work of a queue as soon as there is some. */
export async function takeSoon(member: Member, queue: string, withinMs = 5_000): Promise<Lease> {
  for (const end = Date.now() + withinMs; Date.now() < end;) {
    const lease = await member.take(queue);
    if (lease) return lease;
    await sleep(20);
  }
  throw new Error(`No work in ${queue} within ${withinMs} ms`);
}

export function chunk(index: number, renderId = "00000000-0000-4000-8000-000000000001"): Work {
  return { kind: "chunk", renderId, index, round: 0 };
}

/** Does work for a while, notes it, and takes it off the queue. */
export function doing({ database, queue }: Member, done: Work[], ms = 0): (lease: Lease) => Promise<void> {
  return async (lease) => {
    done.push(lease.work);
    await sleep(ms);
    await database.transaction((tx) => complete(tx, queue, lease));
  };
}
