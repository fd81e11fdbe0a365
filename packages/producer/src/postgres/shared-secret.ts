import { randomBytes } from "node:crypto";

import type { Transaction } from "./transaction.ts";

const BYTES = 32;

/** A secret of 32 bytes that all processes on the database share, and that survives them: made by the first that asks. */
export async function sharedSecret(database: Transaction, name: string): Promise<Uint8Array> {
  await database.query(
    "INSERT INTO framewright.secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    [name, randomBytes(BYTES)],
  );
  const [row] = await database.query<{ value: Uint8Array }>(
    "SELECT value FROM framewright.secrets WHERE name = $1",
    [name],
  );
  if (!row) throw new Error("A secret that was just made is gone.");
  return row.value;
}
