import { randomUUID } from "node:crypto";

import type { Render, RenderState, Webhook } from "@framewright/contract";
import type { PgBoss } from "pg-boss";

import { asJson } from "../postgres/as-json.ts";
import type { Transaction } from "../postgres/database.ts";
import { queueAttempt } from "./delivery-queue.ts";

const EVENTS: Partial<Record<RenderState, Webhook["event"]>> = {
  succeeded: "render.succeeded",
  failed: "render.failed",
  cancelled: "render.cancelled",
};

export interface NewDelivery {
  /** As it is told: ended. */
  readonly render: Render;
  /** The render's `callbackUrl`. */
  readonly url: string;
}

const INSERT = `
  INSERT INTO framewright.deliveries (id, render_id, event, url, payload) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (render_id, event) DO NOTHING RETURNING id`;

/** Has a render's end told to its caller, once the transaction is committed. Does nothing a second time, nor before the end. */
export async function enqueueDelivery(
  tx: Transaction,
  boss: PgBoss,
  { render, url }: NewDelivery,
): Promise<void> {
  const event = EVENTS[render.state];
  if (event === undefined) return;
  const id = randomUUID();
  const at = render.finishedAt ?? new Date().toISOString();
  const webhook: Webhook = { id, event, at, render };
  const inserted = await tx.query(INSERT, [id, render.id, event, url, asJson(webhook)]);
  if (inserted.length === 0) return;
  await queueAttempt(tx, boss, { deliveryId: id, attempt: 1, host: new URL(url).host }, 0);
}
