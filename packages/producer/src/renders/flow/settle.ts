import type { OpenTransaction, Transaction } from "../../postgres/database.ts";
import { untilAvailable } from "../../postgres/until-available.ts";
import { complete, handBack, type Lease } from "../../queue/lease.ts";
import { notify } from "../../queue/notices.ts";
import { lockRender } from "../row-changes.ts";
import type { LockedRender } from "../render-row.ts";
import type { FlowDeps } from "./flow-deps.ts";

type Ended = "done" | "handed-back" | "failed";

/** Takes down that work was begun, and tells how many earlier owners were lost with it: this one was not, so far. */
export async function beginAttempt(
  { database, owner, untold }: FlowDeps,
  { id, attempt }: Lease,
): Promise<number> {
  for (const earlier of untold) {
    await endAttempt(database, earlier, "handed-back");
    untold.delete(earlier);
  }
  const [row] = await database.query<{ lost: number }>(
    `WITH begun AS (
       INSERT INTO framewright.attempts (job_id, attempt, owner) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
     )
     SELECT count(*)::int AS lost FROM framewright.attempts WHERE job_id = $1 AND attempt < $2 AND ended IS NULL`,
    [id, attempt, owner],
  );
  return row?.lost ?? 0;
}

/** Takes down how an attempt ended; one that is never told of was lost with its owner. */
export async function endAttempt(tx: Transaction, { id, attempt }: Lease, ended: Ended): Promise<void> {
  await tx.query(
    "UPDATE framewright.attempts SET ended = $3 WHERE job_id = $1 AND attempt = $2 AND ended IS NULL",
    [id, attempt, ended],
  );
}

/** Whoever changes a render locks its row before its work in the queue: the other order could wait in a circle. */
async function lockFirst(tx: Transaction, { work }: Lease): Promise<LockedRender | null> {
  return work.kind === "plan-alone" ? null : lockRender(tx, work.renderId);
}

/**
 * Takes work off the queue together with storing what became of it: both or neither, and only while the lease is held.
 * The render that the work is for is locked. Waits for a database that is away, for as long as the lease lasts.
 * @throws LeaseLost
 */
export async function settle<T>(
  { database, queue }: FlowDeps,
  lease: Lease,
  ended: Ended,
  store: (tx: OpenTransaction, render: LockedRender | null) => Promise<T>,
): Promise<T> {
  const attempt = (): Promise<T> =>
    database.transaction(async (tx) => {
      const render = await lockFirst(tx, lease);
      await complete(tx, queue, lease);
      await endAttempt(tx, lease, ended);
      return store(tx, render);
    });
  return untilAvailable(attempt, lease.signal);
}

/** Gives work back to the queue, uncharged, for anybody to begin at once. */
export async function returnWork({ database, queue }: FlowDeps, lease: Lease): Promise<void> {
  await database.transaction(async (tx) => {
    // A render that ends meanwhile takes the work off before or after this, never past it.
    await lockFirst(tx, lease);
    if (!(await handBack(tx, queue, lease))) return;
    await endAttempt(tx, lease, "handed-back");
    await notify(tx, "work", lease.queue);
  });
}
