import type { Transaction } from "../postgres/database.ts";

/** When something happened to a render, as all hosts see it. */
export interface Moment {
  /** The database's clock, in epoch milliseconds. */
  readonly nowMs: number;
  /** How many chunks of the render were done. */
  readonly chunksDone: number;
}

/** This moment for a render, or for a plan without one, which has no chunks. */
export async function thisMoment(tx: Transaction, renderId: string | null): Promise<Moment> {
  const [row] = await tx.query<Moment>(
    `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs", count(*)::int AS "chunksDone"
     FROM framewright.chunks WHERE render_id = $1 AND state = 'done'`,
    [renderId],
  );
  if (!row) throw new Error("The database gave no time.");
  return row;
}
