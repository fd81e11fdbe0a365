import { isProblemError } from "@framewright/contract";
import { expect, test, type TestContext } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { createDatabase, type Database } from "../../src/postgres/database.ts";
import { killIfAlive } from "../e2e/process-tree.ts";
import { killHard, openDataFolder, untilTrue } from "../postgres/embedded-fixture.ts";
import { debianPrograms, npmPrograms, openPlainServer, type PlainServer } from "../postgres/plain-server.ts";
import { setTimeout as sleep } from "node:timers/promises";

const TIMEOUT_MS = 120_000;
const DOWN_MS = 4_000;
const OUTAGE_BOUND_MS = 20_000;
const UP_BOUND_MS = 5_000;

async function openServer(context: TestContext, binDir: string | null): Promise<PlainServer> {
  if (binDir === null) return context.skip("Debian's package postgresql is not installed");
  return openPlainServer(binDir);
}

/** Databases with a server of their own each: as it comes from npm, and of Debian's package. */
const SERVERS = [
  ["a", "npm's PostgreSQL", npmPrograms],
  ["b", "Debian's PostgreSQL", debianPrograms],
] as const;

function connect(url: string): Database {
  return createDatabase({ connection: { connectionString: url }, onWarning: () => undefined });
}

const works = (database: Database): Promise<boolean> =>
  database.query("SELECT 1").then(
    () => true,
    () => false,
  );

/** A listener, with what it was told. */
function follow(database: Database): { readonly heard: string[]; reconnects: number } {
  const told = { heard: [] as string[], reconnects: 0 };
  database.listen(
    ["news"],
    (_, payload) => told.heard.push(payload),
    () => (told.reconnects += 1),
  );
  return told;
}

/** Goes through an outage with statements and a listener; `outage` ends when the server may be back. */
async function expectToOutlive(
  context: TestContext,
  database: Database,
  outage: () => Promise<void>,
): Promise<void> {
  await database.ready;
  const told = follow(database);
  await untilTrue(() => told.reconnects === 1);
  const failures: unknown[] = [];
  const during = outage();
  await untilTrue(async () => {
    await database.query("SELECT 1").catch((error: unknown) => failures.push(error));
    return database.fault !== null;
  }, DOWN_MS);
  await database.transaction((tx) => tx.query("SELECT 1")).catch((error: unknown) => failures.push(error));
  await during;
  const startedAt = performance.now();
  await untilTrue(
    async () => (await works(database)) && database.fault === null && told.reconnects === 2,
    OUTAGE_BOUND_MS,
  );
  expectRecovery(context, performance.now() - startedAt, OUTAGE_BOUND_MS);
  expect(failures.length).toBeGreaterThan(0);
  for (const error of failures) {
    expect(isProblemError(error) && error.code, String(error)).toBe("database-unavailable");
  }
  await database.query("SELECT pg_notify('news', 'again')");
  await untilTrue(() => told.heard.includes("again"));
}

test.concurrent.for(SERVERS)(
  "F46%s: %s is down for 4 s",
  { timeout: TIMEOUT_MS },
  async ([, , programs], context) => {
    await using server = await openServer(context, await programs());
    await server.start();
    const database = connect(server.url);
    try {
      await expectToOutlive(context, database, async () => {
        await server.stop();
        await sleep(DOWN_MS);
        await server.start();
      });
    } finally {
      await database.close();
    }
  },
);

test.concurrent("F46c: the embedded server is killed for 4 s", { timeout: TIMEOUT_MS }, async (context) => {
  await using folder = await openDataFolder();
  const database = await folder.open();
  await expectToOutlive(context, database, async () => {
    const end = performance.now() + DOWN_MS;
    while (performance.now() < end) {
      for (const pid of await folder.processes()) killIfAlive(pid);
      await sleep(5);
    }
  });
});

test.concurrent.for(SERVERS)(
  "F47%s: %s is down at startup",
  { timeout: TIMEOUT_MS },
  async ([, , programs], context) => {
    await using server = await openServer(context, await programs());
    const database = connect(server.url);
    let isReady = false;
    const ready = database.ready.then(() => (isReady = true));
    try {
      await sleep(DOWN_MS);
      expect(isReady).toBe(false);
      expect(database.fault).toMatch(/ECONNREFUSED/);
      await expect(database.query("SELECT 1")).rejects.toMatchObject({ code: "database-unavailable" });
      await server.start();
      const startedAt = performance.now();
      await ready;
      expectRecovery(context, performance.now() - startedAt, UP_BOUND_MS);
      expect(database.fault).toBeNull();
      const tables = await database.query("SELECT name FROM framewright.migrations");
      expect(tables.length).toBeGreaterThan(0);
    } finally {
      await database.close();
    }
  },
);

test("F57a: the service is killed, and its database lives on", { timeout: TIMEOUT_MS }, async (context) => {
  await using folder = await openDataFolder();
  const { child } = await folder.hold();
  const before = await folder.processes();
  await killHard(child);
  const startedAt = performance.now();
  const database = await folder.open();
  await database.ready;
  expectRecovery(context, performance.now() - startedAt, UP_BOUND_MS);
  expect(await folder.processes()).toEqual(expect.arrayContaining([Math.min(...before)]));
  await database.close();
  expect(await folder.processes()).toEqual([]);
});

test("F57b: the service and its database are killed", { timeout: TIMEOUT_MS }, async (context) => {
  await using folder = await openDataFolder();
  const { child } = await folder.hold();
  const [postmaster = 0] = await folder.processes();
  process.kill(postmaster, "SIGKILL");
  await killHard(child);
  const startedAt = performance.now();
  const database = await folder.open();
  await database.ready;
  expectRecovery(context, performance.now() - startedAt, UP_BOUND_MS);
  expect(await folder.processes()).not.toContain(postmaster);
});

test("F57c: the database is killed while the service lives", { timeout: TIMEOUT_MS }, async (context) => {
  await using folder = await openDataFolder();
  const database = await folder.open();
  await database.ready;
  await database.query("CREATE TABLE kept AS SELECT 7 AS value");
  const [postmaster = 0] = await folder.processes();
  process.kill(postmaster, "SIGKILL");
  const startedAt = performance.now();
  await untilTrue(() => database.fault !== null);
  await untilTrue(async () => database.fault === null && (await works(database)));
  expectRecovery(context, performance.now() - startedAt, UP_BOUND_MS);
  expect(await database.query("SELECT value FROM kept")).toEqual([{ value: 7 }]);
  expect(folder.warnings).toContain("PostgreSQL does not run; it is started again.");
});

test("F57d: a second service opens the folder of a living one", { timeout: TIMEOUT_MS }, async (context) => {
  await using folder = await openDataFolder();
  const { child } = await folder.hold();
  const startedAt = performance.now();
  await expect(folder.open()).rejects.toThrow(
    new RegExp(`in use by another service, process ${child.pid}\\.`),
  );
  expectRecovery(context, performance.now() - startedAt, UP_BOUND_MS);
  child.kill("SIGTERM");
  await untilTrue(() => child.exitCode !== null);
  const database = await folder.open();
  await database.ready;
});
