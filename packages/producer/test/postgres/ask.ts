import { Client, type QueryResultRow } from "pg";

const CONNECT_TIMEOUT_MS = 10_000;

/** The rows that a statement gives on a connection of its own. */
export async function ask<R extends QueryResultRow>(url: string, text: string): Promise<R[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}
