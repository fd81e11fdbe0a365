import { Client, type QueryResultRow } from "pg";

import { createTestDatabase, type TestDatabase } from "../postgres/test-database.ts";

const databases = new Map<string, Promise<TestDatabase>>();

/** The database of the services of one data folder: every one that is started there finds what the others did. */
export async function databaseOf(dataDir: string): Promise<{ readonly DATABASE_URL: string }> {
  const database = databases.get(dataDir) ?? createTestDatabase();
  databases.set(dataDir, database);
  return { DATABASE_URL: (await database).url };
}

/** Removes it, with the folder. */
export async function dropDatabaseOf(dataDir: string): Promise<void> {
  const database = await databases.get(dataDir);
  databases.delete(dataDir);
  await database?.[Symbol.asyncDispose]();
}

/** What a statement gives in that database. */
export async function queryDatabaseOf<R extends QueryResultRow>(
  dataDir: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<R[]> {
  const { DATABASE_URL: connectionString } = await databaseOf(dataDir);
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<R>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
