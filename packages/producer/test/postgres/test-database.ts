import { randomBytes } from "node:crypto";

import { inject } from "vitest";

import { ask } from "./ask.ts";
import { TEMPLATE, urlOf } from "./urls.ts";

export interface TestDatabase extends AsyncDisposable {
  /** As DATABASE_URL would have it. */
  readonly url: string;
}

export interface TestDatabaseOptions {
  /** Without it, the database has no tables. (Default: true.) */
  readonly isMigrated?: boolean;
}

async function onServer(statement: string): Promise<void> {
  await ask(urlOf(inject("postgresSocketDir"), "postgres"), statement);
}

/** A database of the test's own, on the run's server; `await using` removes it. */
export async function createTestDatabase({
  isMigrated = true,
}: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(
    `CREATE DATABASE ${name} TEMPLATE ${isMigrated ? TEMPLATE : "template0"} STRATEGY file_copy`,
  );
  return {
    url: urlOf(inject("postgresSocketDir"), name),
    [Symbol.asyncDispose]: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}
