import { execFile } from "node:child_process";
import { mkdir, open, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { constants } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { openFileStore } from "../../src/store/file-store.ts";
import { openStore, type StoreSettings } from "../../src/store/open-store.ts";
import { openFolder } from "../e2e/machine.ts";
import { openTmpfs } from "../faults/tmpfs.ts";
import { keysOf, META, putBytes, sha256, soon, sourceFile } from "./files.ts";

const run = promisify(execFile);
const onWarning = (message: string): never => {
  throw new Error(message);
};
const HOUR_MS = 3_600_000;

describe("a store in a folder", () => {
  it("is shared by any number of processes: one of many puts of a key wins", async () => {
    await using folder = await openFolder();
    const stores = await Promise.all(
      Array.from({ length: 4 }, () => openFileStore(join(folder.dir, "store"), { onWarning })),
    );
    const files = await Promise.all(stores.map((_, index) => sourceFile(folder.dir, `racer ${index}`)));
    const puts = await Promise.all(
      stores.map((store, index) => store.put("raced/1", files[index] ?? "", META, soon())),
    );
    expect(new Set(puts.map((put) => put.sha256)).size).toBe(1);
    const path = stores[0]?.localPath("raced/1") ?? "";
    expect(sha256(await readFile(path))).toBe(puts[0]?.sha256);
  });

  it("puts while another deletes the last file of the same folder", async () => {
    await using folder = await openFolder();
    const store = await openFileStore(join(folder.dir, "store"), { onWarning });
    const file = await sourceFile(folder.dir, "x");
    await Promise.all(
      Array.from({ length: 8 }, async (_, lane) => {
        for (let round = 0; round < 25; round += 1) {
          await store.put(`chunks/h/${lane}`, file, META, soon());
          await store.delete([`chunks/h/${lane}`]);
        }
      }),
    );
    expect(await keysOf(store)).toEqual([]);
    expect(await readdir(join(folder.dir, "store"))).toEqual([".incoming"]);
  });

  it("takes files from another file system", async (context) => {
    await using folder = await openFolder();
    await using elsewhere = await openTmpfs(context, "size=8m");
    const store = await openFileStore(join(folder.dir, "store"), { onWarning });
    await putBytes(store, elsewhere.dir, "far/1", 100_000);
    const target = join(elsewhere.dir, "fetched");
    await store.fetch("far/1", target, { signal: soon() });
    expect((await stat(target)).size).toBe(100_000);
  });

  it("counts age from the put, however old the source is", async () => {
    await using folder = await openFolder();
    const store = await openFileStore(join(folder.dir, "store"), { onWarning });
    const file = await sourceFile(folder.dir, "x");
    const past = new Date(Date.now() - HOUR_MS);
    await utimes(file, past, past);
    await store.put("a/1", file, META, soon());
    expect((await store.stat("a/1"))?.storedAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  it("sweeps what a process of another container has left, once it is old enough", async () => {
    await using folder = await openFolder();
    const aside = join(folder.dir, "store", ".incoming");
    const store = await openFileStore(join(folder.dir, "store"), { onWarning });
    for (const [name, minutes] of [
      ["dead", 61],
      ["alive", 50],
    ] as const) {
      await writeFile(join(aside, name), "half");
      const past = new Date(Date.now() - minutes * 60_000);
      await utimes(join(aside, name), past, past);
    }
    await store.sweep(new Date(Date.now() - HOUR_MS));
    expect(await readdir(aside)).toEqual(["alive"]);
  });

  it("makes its folder again when somebody has removed it", async () => {
    await using folder = await openFolder();
    const store = await openFileStore(join(folder.dir, "store"), { onWarning });
    await rm(join(folder.dir, "store"), { recursive: true });
    expect(await keysOf(store)).toEqual([]);
    await store.sweep(new Date());
    await putBytes(store, folder.dir, "k", 5);
    expect(await keysOf(store)).toEqual(["k"]);
  });

  it("keeps to itself what is not its own", async () => {
    await using folder = await openFolder();
    const store = await openFileStore(join(folder.dir, "store"), { onWarning });
    await mkdir(join(folder.dir, "store", ".other"));
    await writeFile(join(folder.dir, "store", ".other", "file"), "x");
    await putBytes(store, folder.dir, "k/1", 5);
    await store.delete(["k/1"]);
    expect(await keysOf(store)).toEqual([]);
    expect((await readdir(join(folder.dir, "store"))).sort()).toEqual([".incoming", ".other"]);
  });

  it("keeps nobody waiting for a disk that hangs", async () => {
    await using folder = await openFolder();
    const store = await openFileStore(join(folder.dir, "store"), { onWarning });
    // Reading it hangs until somebody writes.
    const hung = join(folder.dir, "hung");
    await run("mkfifo", [hung]);
    const reason = new Error("it is late");
    const abort = new AbortController();
    const putting = store.put("hung/1", hung, META, abort.signal).catch((error: unknown) => error);
    setTimeout(() => abort.abort(reason), 200);
    const startedAt = performance.now();
    expect(await putting).toBe(reason);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    // The disk comes back: what was begun cleans up after itself.
    const writer = await open(hung, constants.O_RDWR);
    const aside = join(folder.dir, "store", ".incoming");
    await expect.poll(() => readdir(aside), { timeout: 10_000 }).toEqual([]);
    await writer.close();
    expect(await keysOf(store)).toEqual([]);
  });
});

describe("opening the store that is configured", () => {
  const settings: StoreSettings = {
    dataDir: "/nowhere",
    s3Region: "us-east-1",
    s3PathStyle: true,
    s3Redirect: false,
  };

  it("is a folder in the data folder, or the one that is named", async () => {
    await using folder = await openFolder();
    const own = await openStore({ ...settings, dataDir: folder.dir }, onWarning);
    expect(own.localPath("k")).toBe(join(folder.dir, "store", "k"));
    const storeUrl = { kind: "folder", dir: join(folder.dir, "shared") } as const;
    const shared = await openStore({ ...settings, storeUrl }, onWarning);
    expect(shared.localPath("k")).toBe(join(folder.dir, "shared", "k"));
  });

  it("is a bucket, which is asked for nothing yet", async () => {
    const storeUrl = { kind: "s3", bucket: "bucket", prefix: "" } as const;
    const store = await openStore({ ...settings, storeUrl }, onWarning);
    expect(store.localPath("k")).toBeNull();
    expect(await store.presign("k", { filename: "k", contentType: "video/mp4", seconds: 60 })).toBeNull();
    await store.close();
  });

  it("says why a folder cannot be written", async (context) => {
    await using disk = await openTmpfs(context, "ro");
    const storeUrl = { kind: "folder", dir: join(disk.dir, "store") } as const;
    await expect(openStore({ ...settings, storeUrl }, onWarning)).rejects.toThrow(
      /cannot be written \(EROFS\)\. .*PRODUCER_STORE_URL/,
    );
  });
});
