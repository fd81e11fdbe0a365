import type { Attempt, Delivery } from "@framewright/contract";

import type { Transaction } from "../postgres/database.ts";

interface DeliveryRow {
  readonly id: string;
  readonly event: Delivery["event"];
  readonly url: string;
  readonly state: Delivery["state"];
  readonly attempts: Attempt[];
  readonly created_at: Date;
  readonly delivered_at: Date | null;
  readonly next_at: Date | null;
}

const LIST = `
  SELECT id, event, url, state, attempts, created_at, delivered_at, next_at
  FROM framewright.deliveries WHERE render_id = $1 ORDER BY created_at`;

/** The webhooks of a render, with all their attempts. */
export async function listDeliveries(database: Transaction, renderId: string): Promise<Delivery[]> {
  const rows = await database.query<DeliveryRow>(LIST, [renderId]);
  return rows.map(({ created_at: createdAt, delivered_at: deliveredAt, next_at: nextAt, ...same }) => ({
    ...same,
    createdAt: createdAt.toISOString(),
    deliveredAt: deliveredAt?.toISOString() ?? null,
    nextAt: nextAt?.toISOString() ?? null,
  }));
}
