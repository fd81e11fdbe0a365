import type { Attempt, Delivery } from "@framewright/contract";
import type { PgBoss } from "pg-boss";

import type { Log } from "../log.ts";
import { asJson } from "../postgres/as-json.ts";
import type { Database } from "../postgres/database.ts";
import { createDeliveryQueue, DELIVERIES, type DeliveryJob, queueAttempt } from "./delivery-queue.ts";
import { isTaken, type SendWebhook } from "./send-webhook.ts";

export interface DeliveriesOptions {
  readonly database: Database;
  readonly boss: PgBoss;
  readonly send: SendWebhook;
  readonly log: Log;
  /** How long to wait after so many attempts, in seconds. (Default: 5 s, doubled each time, to 1 h) */
  readonly delaySeconds?: (attempts: number) => number;
}

/** Deliveries at a time, and how many of them to one receiver, so that a slow one leaves places to the others. */
const PLACES = 8;
const PLACES_PER_HOST = 2;
const POLL_SECONDS = 0.5;

const FIRST_DELAY_SECONDS = 5;
const MAX_DELAY_SECONDS = 3_600;
const MAX_ATTEMPTS = 12;
/** The receiver says that it will never take it. */
const GONE = 410;

function growingDelay(attempts: number): number {
  const base = Math.min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (attempts - 1));
  return base * (0.8 + 0.4 * Math.random());
}

function stateAfter(result: Attempt, attempt: number): Delivery["state"] {
  if (isTaken(result)) return "delivered";
  return result.status === GONE || attempt >= MAX_ATTEMPTS ? "failed" : "pending";
}

const READ = `
  SELECT render_id, url, payload::text AS body FROM framewright.deliveries
  WHERE id = $1 AND state = 'pending' AND jsonb_array_length(attempts) = $2`;

const RECORD = `
  UPDATE framewright.deliveries
  SET attempts = attempts || $3::jsonb, state = $4,
      next_at = CASE WHEN $4 = 'pending' THEN now() + make_interval(secs => $5) END,
      delivered_at = CASE WHEN $4 = 'delivered' THEN now() END
  WHERE id = $1 AND state = 'pending' AND jsonb_array_length(attempts) = $2 RETURNING id`;

/** Makes one attempt, unless it was made already: then its row says so. */
async function deliver(job: DeliveryJob, options: DeliveriesOptions, signal: AbortSignal): Promise<void> {
  const { database, boss, send, log, delaySeconds = growingDelay } = options;
  const { deliveryId: id, attempt } = job;
  const [row] = await database.query<{ render_id: string; url: string; body: string }>(READ, [
    id,
    attempt - 1,
  ]);
  if (!row) return;
  const result = await send({ id, url: row.url, body: row.body }, signal);
  const state = stateAfter(result, attempt);
  const delay = delaySeconds(attempt);
  await database.transaction(async (tx) => {
    const recorded = await tx.query(RECORD, [id, attempt - 1, asJson([result]), state, delay]);
    if (recorded.length === 0 || state !== "pending") return;
    await queueAttempt(tx, boss, { ...job, attempt: attempt + 1 }, delay);
  });
  const facts = {
    deliveryId: id,
    renderId: row.render_id,
    attempt,
    status: result.status,
    error: result.error,
  };
  log[state === "failed" ? "warn" : "info"](facts, `webhook ${state}`);
}

/** Sends the deliveries that are in the queue, each until it is taken or has failed too often, until closed. */
export async function startDeliveries(options: DeliveriesOptions): Promise<{ close(): Promise<void> }> {
  const { boss } = options;
  const closing = new AbortController();
  await createDeliveryQueue(boss);
  const limits = { localConcurrency: PLACES, localGroupConcurrency: PLACES_PER_HOST };
  const id = await boss.work<DeliveryJob>(
    DELIVERIES,
    { ...limits, pollingIntervalSeconds: POLL_SECONDS, notifyPollingIntervalSeconds: POLL_SECONDS },
    async (jobs) => {
      // A handler that throws, here because of the closing, leaves the attempt to be made anew.
      for (const { data, signal } of jobs) {
        await deliver(data, options, AbortSignal.any([closing.signal, signal]));
      }
    },
  );
  return {
    async close() {
      closing.abort(new Error("the service is closing"));
      await boss.offWork(DELIVERIES, { id, wait: true });
    },
  };
}
