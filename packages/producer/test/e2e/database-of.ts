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
