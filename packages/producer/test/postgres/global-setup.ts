import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { TestProject } from "vitest/node";

import { readEnvironment, readMachine } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { createDatabase } from "../../src/postgres/database.ts";
import { type EmbeddedServer, startEmbedded } from "../../src/postgres/embedded/embedded-server.ts";
import { openQueue } from "../../src/queue/open-queue.ts";
import { ask } from "./ask.ts";
import { TEMPLATE, urlOf } from "./urls.ts";

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the socket of the run's server. */
    postgresSocketDir: string;
  }
}

const onWarning = (message: string, cause: unknown): void => {
  process.stderr.write(`The tests' database: ${message} ${String(cause)}\n`);
};

async function untilUp(server: EmbeddedServer): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  while (server.fault !== null) {
    if (Date.now() > end) throw new Error(`The tests' database does not start: ${server.fault}`);
    await sleep(POLL_MS);
  }
}

/** What each test's database is a copy of: migrated, and with the queue's tables. */
async function makeTemplate(socketDir: string): Promise<void> {
  const server = urlOf(socketDir, "postgres");
  // No test's data outlives the run: a copy takes 50 ms instead of 150.
  await ask(server, "ALTER SYSTEM SET fsync = off");
  await ask(server, "SELECT pg_reload_conf()");
  await ask(server, `CREATE DATABASE ${TEMPLATE}`);
  const database = createDatabase({
    connection: { connectionString: urlOf(socketDir, TEMPLATE) },
    onWarning,
  });
  try {
    await database.ready;
    const queue = await openQueue(database, createLog({ level: "warn", format: "json" }));
    await queue.close();
  } finally {
    await database.close();
  }
}

/** Starts one PostgreSQL for all tests of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), "framewright-postgres-"));
  const server = await startEmbedded({
    dir,
    cacheDir: readMachine(readEnvironment({})).cacheDir,
    signal: AbortSignal.timeout(START_TIMEOUT_MS),
    onWarning,
  });
  const close = async (): Promise<void> => {
    await server.close();
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await untilUp(server);
    const socketDir = join(dir, "data");
    await makeTemplate(socketDir);
    project.provide("postgresSocketDir", socketDir);
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}
