import { type Db, PgBoss } from "pg-boss";

import type { Log } from "../log.ts";
import type { Database, Transaction } from "../postgres/database.ts";
import { notify } from "./notices.ts";
import { lineOf, type NewWork, purposeOf, queueName, queuesOf, type Work, workId } from "./work.ts";

/** How long a lease lasts without a sign of life from who holds it: the least that the queue allows. */
export const LEASE_SECONDS = 10;
/** Attempts are bounded by what they cost and by the deadline, not by the queue. */
const RETRIES = 100_000;
/** How long ended work is remembered by the queue. */
const REMEMBERED_SECONDS = 600;
/** Leases that have run out are found this often. */
const SUPERVISE_SECONDS = 1;
/** Ended work is forgotten this often. */
const FORGET_SECONDS = 60;
const STOP_TIMEOUT_MS = 2_000;

/** The queues of work in the database. */
export interface Queue {
  readonly boss: PgBoss;
  /** Makes a tenant's queues where they are missing. Idempotent. */
  ensureTenant(tenant: string): Promise<void>;
  /** Puts work into a tenant's queues; what is there already stays as it is. */
  add(tx: Transaction, tenant: string, works: readonly NewWork[]): Promise<void>;
  /** Takes work off, also while it is done: who does it is told by its next sign of life. */
  drop(tx: Transaction, tenant: string, works: readonly Work[]): Promise<void>;
  /** Ends what looks after the queues. */
  close(): Promise<void>;
}

/** Lets the queue's statements run in a transaction of ours. */
export function inTransaction(tx: Transaction): { readonly db: Db } {
  return { db: { executeSql: async (text, values) => ({ rows: await tx.query(text, values) }) } };
}

function secondsUntil(deadline: Date): number {
  return Math.max(1, Math.ceil((deadline.getTime() - Date.now()) / 1000));
}

/** Installs the queue's schema where it is missing, and starts to look after its leases. */
export async function openQueue(database: Database, log: Log): Promise<Queue> {
  const boss = new PgBoss({
    ...inTransaction(database),
    schema: "pgboss",
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    maintenanceIntervalSeconds: FORGET_SECONDS,
  });
  boss.on("error", (error) => {
    // While the database is away, that is told once, by itself.
    const level = database.fault === null ? "warn" : "debug";
    log[level]({ err: error }, "the queue could not be looked after");
  });
  boss.on("warning", (warning) => log.debug({ warning }, "queue"));
  const close = (): Promise<void> => boss.stop({ graceful: false, timeout: STOP_TIMEOUT_MS });
  try {
    await boss.start();
  } catch (error) {
    await close();
    throw error;
  }
  const known = new Map<string, Promise<void>>();
  const makeQueues = async (tenant: string): Promise<void> => {
    for (const name of queuesOf(tenant)) {
      await boss.createQueue(name, {
        heartbeatSeconds: LEASE_SECONDS,
        retryLimit: RETRIES,
        retryDelay: 0,
        deleteAfterSeconds: REMEMBERED_SECONDS,
      });
      // Has the queue's settings read now: within a transaction, they would need a second connection.
      await boss.insert(name, []);
    }
  };

  return {
    boss,
    ensureTenant(tenant) {
      const made = known.get(tenant) ?? makeQueues(tenant);
      known.set(tenant, made);
      // One that could not be made is tried again.
      made.catch(() => known.delete(tenant));
      return made;
    },
    async add(tx, tenant, works) {
      for (const [line, some] of Map.groupBy(works, ({ work }) => lineOf(work))) {
        const jobs = some.map(({ work, priority, deadline }) => ({
          id: workId(work),
          data: work,
          priority,
          // The queue has an index of the active work of groups: what is being done for a tenant is counted by it.
          group: { id: purposeOf(work) },
          // Past its deadline a render ends by itself; this is for what nobody ends.
          expireInSeconds: secondsUntil(deadline) + 60,
          retentionSeconds: secondsUntil(deadline) + REMEMBERED_SECONDS,
        }));
        await boss.insert(queueName(line, tenant), jobs, inTransaction(tx));
        await notify(tx, "work", queueName(line, tenant));
      }
    },
    async drop(tx, tenant, works) {
      for (const [line, some] of Map.groupBy(works, lineOf)) {
        await boss.cancel(queueName(line, tenant), some.map(workId), inTransaction(tx));
      }
    },
    close,
  };
}
