import type { Transaction } from "../postgres/database.ts";

/** What the clock says that all hosts share, in epoch milliseconds. */
export async function databaseClock(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ ms: number }>(
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms",
  );
  if (!row) throw new Error("The database gave no time.");
  return row.ms;
}
