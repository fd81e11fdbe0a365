import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { hashTree } from "../../src/snapshot/hash-tree.ts";
import { packInto, packTree, snapshotKey } from "../../src/snapshot/pack.ts";
import { openSnapshotCache, type SnapshotCache } from "../../src/snapshot/snapshot-cache.ts";
import { openFileStore } from "../../src/store/file-store.ts";
import type { Store } from "../../src/store/port.ts";

const soon = (): AbortSignal => AbortSignal.timeout(20_000);
const gone = (dir: string): Promise<boolean> =>
  stat(dir).then(
    () => false,
    () => true,
  );

let work: string;
let store: Store;
let warnings: string[];
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "snapshots-test-"));
  warnings = [];
  store = await openFileStore(join(work, "store"), { onWarning: (message) => warnings.push(message) });
});
afterEach(async () => {
  await rm(work, { recursive: true, force: true });
  expect(warnings).toEqual([]);
});

type Files = Readonly<Record<string, string | Buffer>>;

/** A snapshot's folder as it is made from a request. */
async function snapshotOf(files: Files): Promise<{ dir: string; hash: string; bytes: number }> {
  const dir = await mkdtemp(join(work, "snapshot-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
  const { hash, bytes } = await hashTree(dir);
  return { dir, hash, bytes };
}

/** A snapshot of so many bytes, in the store only. */
async function stored(bytes: number): Promise<string> {
  const snapshot = await snapshotOf({ "index.html": randomBytes(bytes) });
  await packInto(store, snapshot, { dir: work, signal: soon() });
  await rm(snapshot.dir, { recursive: true });
  return snapshot.hash;
}

const cacheOf = (maxBytes: number, from: Store = store): SnapshotCache =>
  openSnapshotCache({
    dir: join(work, "cache"),
    store: from,
    maxBytes,
    onWarning: (message) => warnings.push(message),
  });
const cached = async (): Promise<number> => (await readdir(join(work, "cache"))).length;

/** The store, with every opening counted and held up. */
function slowStore(ms: number): { slow: Store; opened: () => number } {
  let opened = 0;
  const slow: Store = {
    ...store,
    async open(key, range, signal) {
      opened += 1;
      await sleep(ms, undefined, { signal });
      return store.open(key, range, signal);
    },
  };
  return { slow, opened: () => opened };
}

const ODD: Files = {
  "index.html": "<!doctype html>",
  empty: "",
  "assets/deep/er/block": Buffer.alloc(512, 1),
  "assets/large.bin": randomBytes(700_001),
  "@odd/name": "not an archive",
  "-rf": "x",
  "back\\slash": "x",
  "C:drive": "x",
  "schöne Grüße/日本語.txt": "x",
  [`long/${"n".repeat(180)}/${"m".repeat(180)}/${"o".repeat(200)}`]: "x",
  [`${"d/".repeat(40)}file`]: "x",
};

describe("a snapshot's tarball", () => {
  it("has the same bytes for the same files, whoever wrote them and when", async () => {
    const [one, two] = await Promise.all([snapshotOf(ODD), snapshotOf(ODD)]);
    await writeFile(join(two.dir, "-rf"), "x", { mode: 0o755 });
    const tars = [join(work, "1.tar"), join(work, "2.tar")] as const;
    await packTree(one.dir, tars[0], soon());
    await sleep(1_100);
    await packTree(two.dir, tars[1], soon());
    const [first, second] = await Promise.all(tars.map((file) => readFile(file)));
    expect(first?.length).toBeGreaterThan(700_000);
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
  });

  it("brings back every file, whatever its name", async () => {
    const snapshot = await snapshotOf(ODD);
    await packInto(store, snapshot, { dir: work, signal: soon() });
    const cache = cacheOf(10_000_000);
    const held = await cache.acquire(snapshot.hash, soon());
    expect(await hashTree(held.dir)).toMatchObject({ hash: snapshot.hash, files: Object.keys(ODD).length });
    for (const [path, content] of Object.entries(ODD)) {
      expect((await readFile(join(held.dir, path))).equals(Buffer.from(content)), path).toBe(true);
    }
    expect((await readdir(work)).filter((name) => name.endsWith(".tar"))).toEqual([]);
  });

  it("is put once", async () => {
    const snapshot = await snapshotOf({ "index.html": "x" });
    await packInto(store, snapshot, { dir: work, signal: soon() });
    const first = await stat(store.localPath(snapshotKey(snapshot.hash)) ?? "");
    await packInto(store, snapshot, { dir: work, signal: soon() });
    expect((await stat(store.localPath(snapshotKey(snapshot.hash)) ?? "")).ino).toBe(first.ino);
  });

  it("is not made when nobody wants it any more", async () => {
    const snapshot = await snapshotOf({ "index.html": "x" });
    const reason = new Error("no longer wanted");
    const packing = packInto(store, snapshot, { dir: work, signal: AbortSignal.abort(reason) });
    await expect(packing).rejects.toBe(reason);
    expect(await store.stat(snapshotKey(snapshot.hash))).toBeNull();
    expect(() => snapshotKey("../x")).toThrow(TypeError);
  });
});

describe("the cache of snapshots", () => {
  it("unpacks once for all who ask at the same time, and after", async () => {
    const hash = await stored(1_000);
    const { slow, opened } = slowStore(100);
    const cache = cacheOf(10_000, slow);
    const held = await Promise.all(Array.from({ length: 50 }, () => cache.acquire(hash, soon())));
    expect(new Set(held.map(({ dir }) => dir)).size).toBe(1);
    await Promise.all(held.map((one) => one.release()));
    await (await cache.acquire(hash, soon())).release();
    expect(opened()).toBe(1);
  });

  it("lets the least recently used go beyond its quota, and keeps what is held", async () => {
    const hashes = [await stored(1_000), await stored(1_000), await stored(1_000)] as const;
    const cache = cacheOf(2_000);
    const first = await cache.acquire(hashes[0], soon());
    const second = await cache.acquire(hashes[1], soon());
    await second.release();
    await first.release();
    const again = await cache.acquire(hashes[0], soon());
    await (await cache.acquire(hashes[2], soon())).release();
    expect([await gone(first.dir), await gone(second.dir)]).toEqual([false, true]);
    const back = await cache.acquire(hashes[1], soon());
    const all = [again, back, await cache.acquire(hashes[2], soon())];
    expect(await cached()).toBe(3);
    for (const { dir } of all) expect(await gone(dir)).toBe(false);
    await Promise.all(all.map((one) => one.release()));
    expect(await cached()).toBe(2);
    // A second release of the same hold is none of another's.
    const held = await cache.acquire(hashes[2], soon());
    await all[2]?.release();
    await (await cache.acquire(hashes[0], soon())).release();
    await (await cache.acquire(hashes[1], soon())).release();
    expect(await gone(held.dir)).toBe(false);
  });

  it("works with one that is larger than the quota, which goes right after", async () => {
    const hash = await stored(5_000);
    const cache = cacheOf(1_000);
    const held = await cache.acquire(hash, soon());
    expect((await readFile(join(held.dir, "index.html"))).length).toBe(5_000);
    await held.release();
    expect(await cached()).toBe(0);
  });

  it("takes in a folder that is at hand, without asking the store", async () => {
    const snapshot = await snapshotOf({ "index.html": "at hand" });
    const { slow, opened } = slowStore(0);
    const cache = cacheOf(10_000, slow);
    await cache.add(snapshot);
    expect(await gone(snapshot.dir)).toBe(true);
    const held = await cache.acquire(snapshot.hash, soon());
    expect(await readFile(join(held.dir, "index.html"), "utf8")).toBe("at hand");
    const twice = await snapshotOf({ "index.html": "at hand" });
    await cache.add(twice);
    expect([await gone(twice.dir), await cached(), opened()]).toEqual([true, 1, 0]);
  });

  it("takes in a folder while the same is unpacked", async () => {
    const snapshot = await snapshotOf({ "index.html": "both" });
    await packInto(store, snapshot, { dir: work, signal: soon() });
    const cache = cacheOf(10_000, slowStore(100).slow);
    const asked = cache.acquire(snapshot.hash, soon());
    await cache.add(snapshot);
    const [held, other] = await Promise.all([asked, cache.acquire(snapshot.hash, soon())]);
    expect(held.dir).toBe(other.dir);
    expect(await readFile(join(held.dir, "index.html"), "utf8")).toBe("both");
    expect(await cached()).toBe(1);
  });

  it("leaves nothing of a tarball that is damaged, cut, or another's", async () => {
    const hash = await stored(100_000);
    const path = store.localPath(snapshotKey(hash)) ?? "";
    const whole = await readFile(path);
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(50_000) ^ 1, 50_000);
    const cache = cacheOf(1_000_000);
    for (const content of [flipped, whole.subarray(0, 60_000), Buffer.alloc(0), Buffer.alloc(3_000, 7)]) {
      await rm(path);
      await writeFile(path, content);
      await expect(cache.acquire(hash, soon())).rejects.toMatchObject({ code: "artifact-corrupt" });
      expect(await cached()).toBe(0);
    }
    await rm(path);
    await expect(cache.acquire(hash, soon())).rejects.toMatchObject({ code: "artifact-corrupt" });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, whole);
    await (await cache.acquire(hash, soon())).release();
  });

  it("lets one leave while others wait, and stops when the last has left", async () => {
    const hash = await stored(1_000);
    const { slow, opened } = slowStore(300);
    const cache = cacheOf(10_000, slow);
    const leaves = new AbortController();
    const reason = new Error("enough");
    const leaving = cache.acquire(hash, leaves.signal).catch((error: unknown) => error);
    const staying = cache.acquire(hash, soon());
    leaves.abort(reason);
    expect(await leaving).toBe(reason);
    await (await staying).release();
    expect(opened()).toBe(1);

    const other = await stored(1_000);
    const last = new AbortController();
    const asked = cache.acquire(other, last.signal).catch((error: unknown) => error);
    await sleep(50);
    last.abort(reason);
    expect(await asked).toBe(reason);
    await expect.poll(cached, { timeout: 5_000 }).toBe(1);
    await (await cache.acquire(other, soon())).release();
    expect(opened()).toBe(3);
  });

  it("ends what is under way when it is closed", async () => {
    const hash = await stored(1_000);
    const cache = cacheOf(10_000, slowStore(10_000).slow);
    const asked = cache.acquire(hash, soon()).catch((error: unknown) => error);
    await sleep(50);
    await cache.close();
    expect(await asked).toMatchObject({ code: "shutting-down" });
    await expect(cache.acquire(hash, soon())).rejects.toMatchObject({ code: "shutting-down" });
    expect(await cached()).toBe(0);
  });
});
