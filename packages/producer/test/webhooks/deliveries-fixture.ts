import { createHmac, randomBytes, randomUUID } from "node:crypto";

import type { Delivery, Render, RenderState } from "@framewright/contract";
import pino from "pino";

import { createGuard } from "../../src/outgoing/guard.ts";
import { guardedAgents } from "../../src/outgoing/guarded-agents.ts";
import { createDatabase } from "../../src/postgres/database.ts";
import { openQueue } from "../../src/queue/open-queue.ts";
import { listDeliveries } from "../../src/webhooks/delivery-log.ts";
import { createDeliveryQueue, DELIVERIES } from "../../src/webhooks/delivery-queue.ts";
import { enqueueDelivery } from "../../src/webhooks/enqueue.ts";
import { createSender } from "../../src/webhooks/send-webhook.ts";
import { startDeliveries } from "../../src/webhooks/send-deliveries.ts";
import type { Received } from "../outgoing/http-receiver.ts";
import { newRender } from "../http/fake-renders.ts";
import { createTestDatabase } from "../postgres/test-database.ts";

export const SECRET = randomBytes(32);

export interface SenderSettings {
  /** Hosts with their ports that may be reached on this machine. */
  readonly hosts: readonly string[];
  /** Null for the service's own. (Default: 50 ms) */
  readonly delaySeconds?: ((attempts: number) => number) | null;
  readonly timeoutMs?: number;
}

/** What a receiver computes to see that a webhook is ours, by the words of the specification. */
export function expectedSignature(secret: Uint8Array, { headers, body }: Received): string {
  const signed = [headers["webhook-id"], headers["webhook-timestamp"], body].join(".");
  return `v1,${createHmac("sha256", secret).update(signed, "utf8").digest("base64")}`;
}

/** A database of the test's own with its queue; everything that was started ends with the scope. */
export async function openDesk() {
  const stack = new AsyncDisposableStack();
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const { url } = stack.use(await createTestDatabase());
  const database = createDatabase({
    connection: { connectionString: url },
    onWarning: (message, cause) => log.warn({ err: cause }, message),
  });
  stack.defer(() => database.close());
  await database.ready;
  const queue = await openQueue(database, log);
  stack.defer(() => queue.close());
  const { boss } = queue;
  await createDeliveryQueue(boss);

  /** Puts the end of a new render into the database, with what is to be told of it. */
  const endRender = async (callbackUrl: string, state: RenderState = "succeeded"): Promise<Render> => {
    const id = randomUUID();
    const render = { ...newRender(id), state, finishedAt: new Date().toISOString() };
    await database.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO framewright.renders (id, tenant, state, request_id, options, snapshot, deadline, progress)
         VALUES ($1, 'default', $2, 'r', '{}', '{}', now(), '{}')`,
        [id, state],
      );
      await enqueueDelivery(tx, boss, { render, url: callbackUrl });
    });
    return render;
  };
  const start = async ({ hosts, delaySeconds = () => 0.05, timeoutMs = 1000 }: SenderSettings) => {
    const agents = guardedAgents(createGuard(hosts));
    const send = createSender({ agents, secret: SECRET, timeoutMs });
    const delays = delaySeconds === null ? {} : { delaySeconds };
    const sending = await startDeliveries({ database, boss, send, log, ...delays });
    stack.defer(() => sending.close());
    return sending;
  };
  const deliveryOf = async ({ id }: Render): Promise<Delivery> => {
    const [delivery] = await listDeliveries(database, id);
    if (!delivery) throw new Error("the render has no delivery");
    return delivery;
  };
  return {
    database,
    boss,
    log,
    lines,
    endRender,
    start,
    deliveryOf,
    /** How many attempts are still to be made. */
    queued: async () => {
      const jobs = "SELECT id FROM pgboss.job WHERE name = $1 AND state < 'completed'";
      return (await database.query(jobs, [DELIVERIES])).length;
    },
    list: (renderId: string) => listDeliveries(database, renderId),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export type Desk = Awaited<ReturnType<typeof openDesk>>;
