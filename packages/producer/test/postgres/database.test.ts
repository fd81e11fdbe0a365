import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { createDatabase, type Database } from "../../src/postgres/database.ts";
import { ask } from "./ask.ts";
import { untilTrue } from "./embedded-fixture.ts";
import { npmPrograms, openPlainServer } from "./plain-server.ts";
import { openProxied } from "./proxied.ts";
import { createTestDatabase } from "./test-database.ts";

const READ_ONLY = "The database takes no writes: it is a standby, or was set to read-only.";

interface Opened extends AsyncDisposable {
  readonly database: Database;
  readonly warnings: readonly string[];
  /** What the warnings were for, as a log would show it. */
  readonly causes: readonly string[];
}

function open(url: string): Opened {
  const warnings: string[] = [];
  const causes: string[] = [];
  const onWarning = (message: string, cause: unknown): void => {
    warnings.push(message);
    causes.push(inspect(cause, { depth: Infinity }));
  };
  const database = createDatabase({ connection: { connectionString: url }, onWarning });
  return { database, warnings, causes, [Symbol.asyncDispose]: () => database.close() };
}

test("a transaction whose work throws leaves nothing, and one that returns is kept", async () => {
  await using fresh = await createTestDatabase();
  await using opened = open(fresh.url);
  const { database } = opened;
  await database.ready;
  await database.query("CREATE TABLE numbers (n int PRIMARY KEY)");
  const failing = database.transaction(async (tx) => {
    await tx.query("INSERT INTO numbers VALUES (1)");
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  expect(await database.query("SELECT n FROM numbers")).toEqual([]);
  const result = await database.transaction((tx) =>
    tx.query("INSERT INTO numbers VALUES ($1) RETURNING n", [2]),
  );
  expect(result).toEqual([{ n: 2 }]);
  expect(await database.query("SELECT n FROM numbers; SELECT n + 1 AS n FROM numbers")).toEqual([
    { n: 2 },
    { n: 3 },
  ]);
});

test("a statement at fault keeps the server's own error; a transaction that drops it is not taken for done", async () => {
  await using fresh = await createTestDatabase();
  await using opened = open(fresh.url);
  const { database } = opened;
  await database.ready;
  await database.query("CREATE TABLE numbers (n int PRIMARY KEY)");
  await database.query("INSERT INTO numbers VALUES (1)");
  await expect(database.query("INSERT INTO numbers VALUES (1)")).rejects.toMatchObject({ code: "23505" });
  const dropping = database.transaction(async (tx) => {
    await tx.query("INSERT INTO numbers VALUES (2)");
    await tx.query("INSERT INTO numbers VALUES (1)").catch(() => undefined);
  });
  await expect(dropping).rejects.toThrow(/rolled back/);
  expect(await database.query("SELECT n FROM numbers")).toEqual([{ n: 1 }]);
});

test.concurrent("a statement that does not end is ended", { timeout: 40_000 }, async ({ expect }) => {
  await using fresh = await createTestDatabase();
  await using opened = open(fresh.url);
  const { database } = opened;
  await database.ready;
  const startedAt = performance.now();
  await expect(database.query("SELECT pg_sleep(60)")).rejects.toMatchObject({ code: "database-unavailable" });
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThan(14_000);
  expect(tookMs).toBeLessThan(18_000);
});

test.concurrent("a pool that is busy is no fault, and who comes next waits", async ({ expect }) => {
  await using fresh = await createTestDatabase();
  await using opened = open(fresh.url);
  const { database } = opened;
  await database.ready;
  const busy = Array.from({ length: 10 }, () => database.query("SELECT pg_sleep(4)"));
  let isBusy = true;
  const next = database.query("SELECT 1 AS one").finally(() => (isBusy = false));
  const faults = new Set<string | null>();
  await untilTrue(() => {
    faults.add(database.fault);
    return !isBusy;
  });
  expect(await next).toEqual([{ one: 1 }]);
  expect([...faults]).toEqual([null]);
  await Promise.all(busy);
});

test.concurrent("a server that never answers is a fault; nothing waits for it for ever", async ({
  expect,
}) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const { database, warnings } = open(`postgres://somebody:pass-word@127.0.0.1:${port}/some`);
  await untilTrue(() => warnings.length > 0, 5_000);
  expect(database.fault).toBe("The database does not answer.");
  const startedAt = performance.now();
  await expect(database.query("SELECT 1")).rejects.toMatchObject({ code: "database-unavailable" });
  expect(performance.now() - startedAt).toBeLessThan(7_000);
  const closingAt = performance.now();
  const ready = expect(database.ready).rejects.toThrow(/closed/);
  await database.close();
  expect(performance.now() - closingAt).toBeLessThan(3_000);
  await ready;
  await expect(database.query("SELECT 1")).rejects.toMatchObject({ code: "shutting-down" });
  expect(warnings.join()).not.toContain("pass-word");
});

test.concurrent(
  "a transaction ends with the statement that its connection does not answer",
  { timeout: 60_000 },
  async ({ expect }) => {
    await using fresh = await createTestDatabase();
    await using proxied = await openProxied(fresh.url);
    await using opened = open(proxied.url);
    const { database } = opened;
    await database.ready;
    let silentAt = NaN;
    const transaction = database.transaction(async (tx) => {
      await tx.query("CREATE TABLE numbers (n int PRIMARY KEY)");
      proxied.silence();
      silentAt = performance.now();
      await tx.query("SELECT 1");
    });
    await expect(transaction).rejects.toMatchObject({ code: "database-unavailable" });
    expect(performance.now() - silentAt).toBeLessThan(20_000);
    await proxied[Symbol.asyncDispose]();
    await untilTrue(
      async () => (await ask(fresh.url, "SELECT to_regclass('numbers') AS found"))[0]?.["found"] === null,
    );
  },
);

test("connections that are cut are told of, without how they were made", async () => {
  await using fresh = await createTestDatabase();
  await using opened = open(fresh.url.replace("framewright@", "framewright:pass-word@"));
  const { database, warnings, causes } = opened;
  await database.ready;
  await database.query("SELECT 1");
  await ask(
    fresh.url,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  await untilTrue(() => warnings.length > 0);
  await untilTrue(() =>
    database.query("SELECT 1").then(
      () => true,
      () => false,
    ),
  );
  expect(causes.join()).toMatch(/terminat/);
  expect(causes.join()).not.toMatch(/pass-word|connectionParameters/);
});

test("a fault names the reason and neither the address nor the password", async () => {
  await using fresh = await createTestDatabase();
  const url = fresh.url.replace("framewright@", "stranger:pass-word@");
  await using opened = open(url);
  const { database } = opened;
  await untilTrue(() => /28000/.test(database.fault ?? ""));
  expect(database.fault).toMatch(/"stranger"/);
  expect(database.fault).not.toMatch(/pass-word|\//);
});

test("notifications arrive in order; a cut listener says when some may have been missed", async () => {
  await using fresh = await createTestDatabase();
  await using opened = open(fresh.url);
  const { database } = opened;
  await database.ready;
  const heard: string[] = [];
  const listener = database.listen(
    ["one", "Two words"],
    (channel, payload) => heard.push(`${channel}: ${payload}`),
    () => heard.push("connected"),
  );
  await untilTrue(() => heard.length === 1);
  await database.transaction(async (tx) => {
    await tx.query("SELECT pg_notify('one', 'a')");
    await tx.query("SELECT pg_notify('Two words', 'b')");
  });
  await untilTrue(() => heard.length === 3);
  const killed = await database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
  );
  expect(killed.length).toBe(1);
  await untilTrue(() => heard.length === 4);
  await database.query("SELECT pg_notify('one', 'c')");
  await untilTrue(() => heard.length === 5);
  expect(heard).toEqual(["connected", "one: a", "Two words: b", "connected", "one: c"]);
  await listener.close();
  await untilTrue(async () => {
    const left = await database.query(
      "SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
    );
    return left.length === 0;
  }, 5_000);
});

test("a standby is a fault until it is promoted", { timeout: 60_000 }, async () => {
  await using server = await openPlainServer(await npmPrograms());
  await writeFile(join(server.dataDir, "standby.signal"), "");
  await server.start();
  await using opened = open(server.url);
  const { database } = opened;
  await untilTrue(() => database.fault === READ_ONLY);
  await ask(server.url, "SELECT pg_promote()");
  await database.ready;
  expect(database.fault).toBeNull();
});

test("a database that is set to read-only is a fault until it takes writes again", async () => {
  await using server = await openPlainServer(await npmPrograms());
  await server.start();
  await using opened = open(server.url);
  const { database } = opened;
  await database.ready;
  await database.query("CREATE TABLE numbers (n int PRIMARY KEY)");
  const setReadOnly = async (value: string): Promise<void> => {
    const writable = `${server.url}?options=-c%20default_transaction_read_only%3Doff`;
    await ask(writable, `ALTER SYSTEM SET default_transaction_read_only = ${value}`);
    await ask(writable, "SELECT pg_reload_conf()");
  };
  await setReadOnly("on");
  await untilTrue(() => database.fault === READ_ONLY);
  await expect(database.query("INSERT INTO numbers VALUES (1)")).rejects.toMatchObject({
    code: "database-unavailable",
  });
  await setReadOnly("off");
  await untilTrue(() => database.fault === null);
  expect(await database.query("INSERT INTO numbers VALUES (1) RETURNING n")).toEqual([{ n: 1 }]);
});
