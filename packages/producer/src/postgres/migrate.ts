import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

import type pg from "pg";

import { LIMITS } from "./connection.ts";
import { connectClient } from "./single-client.ts";
import { inTransaction, type Transaction } from "./transaction.ts";

/** The service's migrations: beside this file in the source tree, beside the bundle in a build. */
export const MIGRATIONS = new URL("./migrations/", import.meta.url);

/** A migration may rewrite a large table, and waits for those who run it at the same time. */
const MIGRATION_TIMEOUT_MS = 5 * 60_000;
/**
 * Whoever waits for a table that is in use (a backup reads all of them) keeps everybody else from it: rather none than
 * the old versions' work. The migration is tried again.
 */
const LOCK_TIMEOUT_MS = 1_000;
/** Any number that nothing else in the database uses as a lock. */
const LOCK = 4_657_811_320;
const NAME = /^\d{4}-[a-z0-9-]+\.sql$/;

/** The database's past is not the one that this service knows; trying again does not help. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/** Runs one migration unless it was run before, by whomever. True when it was run now. */
async function apply(tx: Transaction, { name, sql, checksum }: Migration): Promise<boolean> {
  await tx.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
  await tx.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await tx.query("CREATE SCHEMA IF NOT EXISTS framewright");
  await tx.query(
    "CREATE TABLE IF NOT EXISTS framewright.migrations (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
  );
  const [known] = await tx.query<{ checksum: string }>(
    "SELECT checksum FROM framewright.migrations WHERE name = $1",
    [name],
  );
  if (known === undefined) {
    await tx.query(sql);
    await tx.query("INSERT INTO framewright.migrations (name, checksum) VALUES ($1, $2)", [name, checksum]);
    return true;
  }
  if (known.checksum !== checksum) {
    throw new MigrationError(
      `The database was migrated with another version of ${name}. Run the version of the service that made it, or use another database.`,
    );
  }
  return false;
}

/**
 * Brings a database up to date: each file once, in order, each in a transaction under one lock for all processes.
 * Migrations that are not among the files are a newer version's and stay. Gives the names of those that were run.
 * @throws MigrationError when a file was changed after it was run; else the driver's error
 */
export async function migrate(
  config: pg.ClientConfig,
  folder: URL = MIGRATIONS,
  signal: AbortSignal = new AbortController().signal,
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const limits = { statement_timeout: MIGRATION_TIMEOUT_MS, query_timeout: MIGRATION_TIMEOUT_MS };
  await using connection = await connectClient({ ...config, ...LIMITS, ...limits }, signal);
  const applied: string[] = [];
  for (const migration of migrations) {
    const isNew = await inTransaction(connection.client, (tx) => apply(tx, migration));
    if (isNew) applied.push(migration.name);
  }
  return applied;
}
