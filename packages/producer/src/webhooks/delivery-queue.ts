import type { PgBoss } from "pg-boss";

import type { Transaction } from "../postgres/database.ts";
import { inTransaction } from "../queue/open-queue.ts";

/** The version of the payload is part of the name: an older service leaves the queue of a newer one alone. */
export const DELIVERIES = "deliveries.v1";

/** One attempt at a delivery. */
export interface DeliveryJob {
  readonly deliveryId: string;
  /** From 1. */
  readonly attempt: number;
  /** The receiver, in common for all deliveries that it gets. */
  readonly host: string;
}

/** After this long the sender is taken for lost, and another one makes the attempt: many times what an attempt may take. */
const EXPIRE_SECONDS = 60;
/** What is lost with a process is no attempt of the delivery: those are counted in its row. */
const LOSSES = 100_000;
const REMEMBERED_SECONDS = 3_600;

/** Makes the queue of deliveries where it is missing. Idempotent. */
export async function createDeliveryQueue(boss: PgBoss): Promise<void> {
  await boss.createQueue(DELIVERIES, {
    expireInSeconds: EXPIRE_SECONDS,
    retryLimit: LOSSES,
    retryDelay: 0,
    deleteAfterSeconds: REMEMBERED_SECONDS,
  });
  // Has the queue's settings read now: a transaction that has to read them waits for a second connection,
  // and as many as there are connections would all wait.
  await boss.insert(DELIVERIES, []);
}

/** Puts an attempt into the queue, to be made after a delay. Further attempts wait behind first ones. */
export async function queueAttempt(
  tx: Transaction,
  boss: PgBoss,
  job: DeliveryJob,
  delaySeconds: number,
): Promise<void> {
  const { attempt, host } = job;
  const options = { priority: -attempt, startAfter: delaySeconds, group: { id: host } };
  await boss.insert(DELIVERIES, [{ data: job, ...options }], inTransaction(tx));
}
