import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { Client } from "pg";
import { expect, it } from "vitest";

import { createDatabase } from "../../src/postgres/database.ts";
import { migrate } from "../../src/postgres/migrate.ts";
import { ask } from "./ask.ts";
import { createTestDatabase } from "./test-database.ts";

interface Folder extends AsyncDisposable {
  readonly url: URL;
  write(name: string, sql: string): Promise<void>;
}

async function openMigrations(): Promise<Folder> {
  const dir = await mkdtemp(join(tmpdir(), "framewright-migrations-"));
  return {
    url: pathToFileURL(`${dir}/`),
    write: (name, sql) => writeFile(join(dir, name), sql),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

const APPLIED = "SELECT name FROM framewright.migrations ORDER BY name";

it("ten migrators at once run each migration once, in order", async () => {
  await using database = await createTestDatabase({ isMigrated: false });
  await using folder = await openMigrations();
  await folder.write("0001-steps.sql", "CREATE TABLE framewright.steps (step int); SELECT pg_sleep(0.2);");
  await folder.write("0002-first.sql", "INSERT INTO framewright.steps VALUES (2);");
  await folder.write("0010-second.sql", "INSERT INTO framewright.steps VALUES (10);");
  await folder.write("notes.txt", "no SQL");
  const connection = { connectionString: database.url };
  const runs = await Promise.all(Array.from({ length: 10 }, () => migrate(connection, folder.url)));
  expect(runs.flat().sort()).toEqual(["0001-steps.sql", "0002-first.sql", "0010-second.sql"]);
  expect(await ask(database.url, "SELECT step FROM framewright.steps")).toEqual([{ step: 2 }, { step: 10 }]);
});

it("a migration that fails leaves nothing of itself, and the ones before it stay", async () => {
  await using database = await createTestDatabase({ isMigrated: false });
  await using folder = await openMigrations();
  await folder.write("0001-good.sql", "CREATE TABLE framewright.good ();");
  await folder.write("0002-bad.sql", "CREATE TABLE framewright.half (); SELECT nonsense;");
  const connection = { connectionString: database.url };
  await expect(migrate(connection, folder.url)).rejects.toThrow(/nonsense/);
  expect(await ask(database.url, APPLIED)).toEqual([{ name: "0001-good.sql" }]);
  expect(await ask(database.url, "SELECT to_regclass('framewright.half') AS half")).toEqual([{ half: null }]);
  await folder.write("0002-bad.sql", "CREATE TABLE framewright.half ();");
  expect(await migrate(connection, folder.url)).toEqual(["0002-bad.sql"]);
});

it("what a newer version has run stays, and the older one works beside it", async () => {
  await using database = await createTestDatabase({ isMigrated: false });
  await using folder = await openMigrations();
  await folder.write("0001-old.sql", "CREATE TABLE framewright.old ();");
  const connection = { connectionString: database.url };
  await migrate(connection, folder.url);
  await using newer = await openMigrations();
  await newer.write("0001-old.sql", "CREATE TABLE framewright.old ();");
  await newer.write("0002-new.sql", "CREATE TABLE framewright.new ();");
  expect(await migrate(connection, newer.url)).toEqual(["0002-new.sql"]);
  expect(await migrate(connection, folder.url)).toEqual([]);
});

it("a migration that waits for a table in use keeps nobody else from it for long, and is run once that is free", async () => {
  await using database = await createTestDatabase({ isMigrated: false });
  await using folder = await openMigrations();
  await folder.write("0001-table.sql", "CREATE TABLE framewright.one ();");
  const connection = { connectionString: database.url };
  await migrate(connection, folder.url);
  await folder.write("0002-column.sql", "ALTER TABLE framewright.one ADD COLUMN two int;");
  const backup = new Client(connection);
  await backup.connect();
  const opened = createDatabase({ connection, migrations: folder.url, onWarning: () => undefined });
  try {
    await backup.query("BEGIN; SELECT * FROM framewright.one");
    await expect
      .poll(() => ask(database.url, "SELECT 1 FROM pg_locks WHERE NOT granted"), { timeout: 10_000 })
      .toHaveLength(1);
    const askedAt = performance.now();
    await ask(database.url, "SELECT * FROM framewright.one");
    expect(performance.now() - askedAt).toBeLessThan(3_000);
    await expect.poll(() => opened.fault, { timeout: 10_000 }).toMatch(/lock timeout/);
    await backup.query("COMMIT");
    await opened.ready;
    expect(await ask(database.url, "SELECT two FROM framewright.one")).toEqual([]);
  } finally {
    await backup.end();
    await opened.close();
  }
});

it("a migration that was changed after it was run is refused by its name", async () => {
  await using database = await createTestDatabase({ isMigrated: false });
  await using folder = await openMigrations();
  await folder.write("0001-table.sql", "CREATE TABLE framewright.one ();");
  const connection = { connectionString: database.url };
  await migrate(connection, folder.url);
  await folder.write("0001-table.sql", "CREATE TABLE framewright.other ();");
  const opened = createDatabase({ connection, migrations: folder.url, onWarning: () => undefined });
  try {
    await expect(opened.ready).rejects.toThrow(/another version of 0001-table\.sql/);
    expect(opened.fault).toMatch(/another version of 0001-table\.sql/);
  } finally {
    await opened.close();
  }
});

it("the service's own migrations run on an empty database", async () => {
  await using database = await createTestDatabase({ isMigrated: false });
  expect(await migrate({ connectionString: database.url })).toContain("0001-renders.sql");
});
