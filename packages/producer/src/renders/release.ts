import type { Transaction } from "../postgres/database.ts";
import type { Queue } from "../queue/open-queue.ts";
import { deadlineHere } from "./deadline-here.ts";
import { priorityOf } from "./flow/priority.ts";
import type { RenderRow } from "./render-row.ts";

/** Puts the plans of a tenant's next renders into the queue, as far as it may have renders at a time. */
export async function release(tx: Transaction, queue: Queue, tenant: string, limit: number): Promise<void> {
  // One at a time for each tenant, so that two do not release beyond the limit.
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('framewright.release'), hashtext($1))", [tenant]);
  const [counted] = await tx.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM framewright.renders WHERE tenant = $1 AND finished_at IS NULL AND released",
    [tenant],
  );
  const next = await tx.query<Pick<RenderRow, "id" | "ord" | "deadline">>(
    `UPDATE framewright.renders SET released = true WHERE id IN (
       SELECT id FROM framewright.renders WHERE tenant = $1 AND finished_at IS NULL AND NOT released ORDER BY ord LIMIT $2
       FOR UPDATE SKIP LOCKED
     ) RETURNING id, ord, ${deadlineHere(3)}`,
    [tenant, Math.max(0, limit - (counted?.count ?? 0)), new Date()],
  );
  const works = next.map((row) => ({
    work: { kind: "plan", renderId: row.id } as const,
    priority: priorityOf(row),
    deadline: row.deadline,
  }));
  await queue.add(tx, tenant, works);
}
