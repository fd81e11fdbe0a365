import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, stat } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Store } from "../../src/store/port.ts";
import { keysOf, META, MIB, putBytes, readAll, sha256, soon, sourceFile } from "./files.ts";
import { startFaultProxy } from "./fault-proxy.ts";
import { startFauxqsS3 } from "./s3-servers.ts";
import { DRIVERS, openServerStore, s3StoreAt, type TestStore } from "./stores.ts";

describe.each(DRIVERS)("a store: %s", (_name, open) => {
  let opened: TestStore;
  let store: Store;
  let work: string;
  beforeAll(async () => {
    opened = await open();
    ({ store, work } = opened);
  });
  afterAll(() => opened[Symbol.asyncDispose]());

  it("gives back what was put, and leaves the source where it is", async () => {
    const file = await sourceFile(work, "video");
    const stored = { bytes: 5, sha256: sha256("video") };
    expect(await store.put("renders/a/1.mp4", file, { ...META, filename: "ä.mp4" }, soon())).toEqual(stored);
    expect(await readFile(file, "utf8")).toBe("video");
    const target = join(work, "fetched");
    expect(await store.fetch("renders/a/1.mp4", target, { sha256: stored.sha256, signal: soon() })).toEqual(
      stored,
    );
    expect(await readFile(target, "utf8")).toBe("video");
    const info = await store.stat("renders/a/1.mp4");
    expect(info?.bytes).toBe(5);
    expect(Math.abs(Date.now() - (info?.storedAt.getTime() ?? 0))).toBeLessThan(30_000);
    const path = store.localPath("renders/a/1.mp4");
    if (path !== null) expect(await readFile(path, "utf8")).toBe("video");
  });

  it("takes files that are empty, and files of many parts", async () => {
    for (const [key, bytes] of [
      ["sizes/0", 0],
      ["sizes/part", 8 * MIB],
      ["sizes/more", 8 * MIB + 1],
      ["sizes/many", 21 * MIB],
    ] as const) {
      const content = await putBytes(store, work, key, bytes);
      const target = join(work, "sized");
      await store.fetch(key, target, { sha256: sha256(content), signal: soon() });
      expect(content.equals(await readFile(target)), key).toBe(true);
      expect(content.equals(await readAll(await store.open(key, null, soon()))), key).toBe(true);
    }
  });

  it("keeps the first of two files of one key", async () => {
    const first = await putBytes(store, work, "first/1", 1000);
    for (const bytes of [10, 9 * MIB]) {
      const second = await sourceFile(work, randomBytes(bytes));
      expect(await store.put("first/1", second, META, soon())).toEqual({
        bytes: 1000,
        sha256: sha256(first),
      });
    }
    expect(first.equals(await readAll(await store.open("first/1", null, soon())))).toBe(true);
  });

  it("opens ranges", async () => {
    const content = await putBytes(store, work, "ranges/1", 100_000);
    for (const [start, end] of [
      [0, 1],
      [99_999, 99_999],
      [0, 99_999],
      [500, 70_000],
    ] as const) {
      const read = await readAll(await store.open("ranges/1", { start, end }, soon()));
      expect(read.equals(content.subarray(start, end + 1)), `${start}-${end}`).toBe(true);
    }
  });

  it("says what is absent, and what is not what it was", async () => {
    const target = join(work, "absent");
    expect(await store.stat("nothing/here")).toBeNull();
    await expect(store.open("nothing/here", null, soon())).rejects.toMatchObject({
      code: "artifact-expired",
    });
    await expect(store.fetch("nothing/here", target, { signal: soon() })).rejects.toMatchObject({
      code: "artifact-corrupt",
    });
    await putBytes(store, work, "corrupt/1", 1000);
    const other = { sha256: sha256("another"), signal: soon() };
    await expect(store.fetch("corrupt/1", target, other)).rejects.toMatchObject({ code: "artifact-corrupt" });
    expect((await readdir(work)).filter((name) => name.startsWith("absent"))).toEqual([]);
  });

  it("deletes, also what is not there, and forgets it", async () => {
    for (const key of ["gone/1", "gone/2", "gone/3"]) await putBytes(store, work, key, 10);
    await store.delete(["gone/1", "gone/3", "gone/none", "none/at/all"]);
    await store.delete([]);
    expect(await keysOf(store, "gone/")).toEqual(["gone/2"]);
    expect(await store.stat("gone/1")).toBeNull();
    await putBytes(store, work, "gone/1", 20);
    expect(await store.stat("gone/1")).toMatchObject({ bytes: 20 });
  });

  it("lists by prefix", async () => {
    for (const key of ["list/a/1", "list/a/2", "list/ab", "list/b/c/d"]) await putBytes(store, work, key, 7);
    expect(await keysOf(store, "list/")).toEqual(["list/a/1", "list/a/2", "list/ab", "list/b/c/d"]);
    expect(await keysOf(store, "list/a")).toEqual(["list/a/1", "list/a/2", "list/ab"]);
    expect(await keysOf(store, "list/a/")).toEqual(["list/a/1", "list/a/2"]);
    expect(await keysOf(store, "lis/")).toEqual([]);
    for await (const { bytes, storedAt } of store.list("list/b/")) {
      expect([bytes, storedAt.getTime() > Date.now() - 60_000]).toEqual([7, true]);
    }
  });

  it("refuses keys that could lead elsewhere", async () => {
    const file = await sourceFile(work, "x");
    const bad = ["", ".", "..", ".incoming/x", "a//b", "/a", "a/", "a/../b", "a/.b", "a\\b", "a\0", "ä"];
    for (const key of [...bad, "x".repeat(300), "a/".repeat(300) + "a"]) {
      await expect(async () => store.put(key, file, META, soon()), key).rejects.toThrow(TypeError);
      await expect(async () => store.open(key, null, soon()), key).rejects.toThrow(TypeError);
      await expect(async () => store.delete([key]), key).rejects.toThrow(TypeError);
    }
  });

  it("puts nothing when it is aborted, and says why", async () => {
    const file = await sourceFile(work, randomBytes(40 * MIB));
    for (const ms of [0, 5, 30, 60]) {
      const abort = new AbortController();
      const reason = new Error(`aborted after ${ms} ms`);
      const putting = store.put(`aborted/${ms}`, file, META, abort.signal);
      setTimeout(() => abort.abort(reason), ms);
      const outcome = await putting.catch((error: unknown) => error);
      // One that was faster is there whole.
      if (outcome === reason) expect(await store.stat(`aborted/${ms}`)).toBeNull();
      else expect(outcome).toMatchObject({ bytes: 40 * MIB });
    }
    const already = AbortSignal.abort(new Error("already"));
    await expect(store.put("aborted/already", file, META, already)).rejects.toThrow("already");
    expect(await store.stat("aborted/already")).toBeNull();
    await stat(file);
  });

  it("ends a fetch and a stream by the signal", async () => {
    await putBytes(store, work, "ended/1", 30 * MIB);
    const abort = new AbortController();
    const reason = new Error("enough");
    const stream = await store.open("ended/1", null, abort.signal);
    const reader = stream.getReader();
    await reader.read();
    abort.abort(reason);
    await expect(async () => {
      for (;;) if ((await reader.read()).done) return;
    }).rejects.toThrow();
    const target = join(work, "ended");
    await expect(store.fetch("ended/1", target, { signal: abort.signal })).rejects.toBe(reason);
    const later = new AbortController();
    setTimeout(() => later.abort(reason), 5);
    await store.fetch("ended/1", target, { signal: later.signal }).catch((error: unknown) => {
      expect(error).toBe(reason);
    });
    const left = async (): Promise<string[]> => {
      const names = await readdir(work);
      return names.filter((name) => name.startsWith("ended."));
    };
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  });

  it("lets go of a stream that is cancelled", async () => {
    await putBytes(store, work, "cancelled/1", 30 * MIB);
    for (let round = 0; round < 20; round += 1) {
      const stream = await store.open("cancelled/1", null, soon());
      const reader = stream.getReader();
      if (round % 2 === 0) await reader.read();
      await reader.cancel();
    }
    expect(await store.stat("cancelled/1")).toMatchObject({ bytes: 30 * MIB });
  });
});

it("lists more than a page of S3", async () => {
  await using opened = await openServerStore(startFauxqsS3);
  await using proxy = await startFaultProxy(opened.url);
  proxy.rewrite = (url) => url.replace("list-type=2", "list-type=2&max-keys=2");
  const { store } = s3StoreAt(opened, proxy.url);
  const keys = ["pages/1", "pages/2", "pages/3", "pages/4", "pages/5"];
  for (const key of keys) await putBytes(store, opened.work, key, 1);
  expect(await keysOf(store, "pages/")).toEqual(keys);
  expect(proxy.seen.filter(({ url }) => url.includes("list-type=2"))).toHaveLength(3);
  await store.close();
});

interface Raw extends AsyncDisposable {
  readonly store: Store;
}

/** A store on a server of the test's own. */
async function openRaw(answer: RequestListener): Promise<Raw> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening", { signal: soon() });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { store } = s3StoreAt({ url, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

it("signs links by the server's clock", async () => {
  const at = (): Date => new Date(Date.now() + 3_600_000);
  await using opened = await openRaw((_request, response) => {
    response.setHeader("date", at().toUTCString()).writeHead(200, { "content-length": "0" }).end();
  });
  await opened.store.stat("clock/1");
  const link = await opened.store.presign("clock/1", {
    filename: "a",
    contentType: "video/mp4",
    seconds: 60,
  });
  const date = new URL(link ?? "").searchParams
    .get("X-Amz-Date")
    ?.replace(/^(.{4})(..)(..T..)(..)/, "$1-$2-$3:$4:");
  expect(Math.abs(Date.parse(date ?? "") - at().getTime())).toBeLessThan(30_000);
});

it("ends a list at a page whose token for the next is empty", async () => {
  const page =
    "<ListBucketResult><IsTruncated>false</IsTruncated><NextContinuationToken></NextContinuationToken>" +
    "<Contents><Key>some/where/pages/1</Key><Size>1</Size></Contents></ListBucketResult>";
  let asked = 0;
  await using opened = await openRaw((_request, response) => {
    asked += 1;
    // Whoever asks again, asks for ever.
    response.writeHead(asked > 1 ? 501 : 200, { "content-type": "application/xml" }).end(page);
  });
  expect(await keysOf(opened.store, "pages/")).toEqual(["pages/1"]);
  expect(asked).toBe(1);
});

it("answers while many read slowly", { timeout: 60_000 }, async () => {
  await using opened = await openServerStore(startFauxqsS3);
  const { store } = opened;
  await putBytes(store, opened.work, "slow/1", 6 * MIB);
  const gone = new AbortController();
  // More than Amazon's SDK opens connections by itself; nothing of them is read.
  await Promise.all(Array.from({ length: 60 }, () => store.open("slow/1", null, gone.signal)));
  const startedAt = performance.now();
  expect(await store.stat("slow/1")).toMatchObject({ bytes: 6 * MIB });
  // Connections that are silent are given up after 10 s: that would be too late.
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  gone.abort();
});
