import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { untilAvailable } from "../postgres/until-available.ts";
import { createGuard } from "../outgoing/guard.ts";
import { guardedAgents } from "../outgoing/guarded-agents.ts";
import type { EndingsDeps } from "../renders/endings.ts";
import { listDeliveries } from "../webhooks/delivery-log.ts";
import { createDeliveryQueue } from "../webhooks/delivery-queue.ts";
import { enqueueDelivery } from "../webhooks/enqueue.ts";
import { startDeliveries } from "../webhooks/send-deliveries.ts";
import { createSender } from "../webhooks/send-webhook.ts";
import { createWebhooks, type Webhooks } from "../webhooks/webhooks.ts";
import type { Base } from "./open-base.ts";

export interface WebhookOptions {
  readonly config: Config;
  readonly base: Base;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Told how each part is ended. */
  readonly add: (name: string, end: () => Promise<void>) => void;
}

/** Takes webhooks, where there is a secret to sign them with, and sends those that are due. */
export async function startWebhooks({ config, base, log, signal, add }: WebhookOptions): Promise<{
  readonly api: Webhooks;
  readonly onEnded: NonNullable<EndingsDeps["onEnded"]>;
}> {
  const { database, queue } = base;
  const { boss } = queue;
  const guard = createGuard(config.outgoingHosts);
  const agents = guardedAgents(guard);
  add("outgoing connections", async () => {
    agents.http.destroy();
    agents.https.destroy();
  });
  const secret = config.webhookSecret;
  const send = secret === undefined ? null : createSender({ agents, secret });
  // Also where none are sent from: a render that ends here may have one to send.
  await untilAvailable(() => createDeliveryQueue(boss), signal);
  // A worker may be let out to the database and the store only.
  if (send && config.role !== "worker") {
    const deliveries = await untilAvailable(() => startDeliveries({ database, boss, send, log }), signal);
    add("webhooks", () => deliveries.close());
  }
  return {
    api: createWebhooks({ guard, send, list: (renderId) => listDeliveries(database, renderId) }),
    onEnded: async (tx, render, { options }) => {
      if (options.callbackUrl !== undefined)
        await enqueueDelivery(tx, boss, { render, url: options.callbackUrl });
    },
  };
}
