import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { S3Client, UploadPartCommand } from "@aws-sdk/client-s3";
import { expect, test, type TestContext } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { openFileStore } from "../../src/store/file-store.ts";
import type { Store } from "../../src/store/port.ts";
import { type Folder, openFolder } from "../e2e/machine.ts";
import { until } from "../e2e/process-tree.ts";
import { type Fault, type FaultProxy, type Seen, startFaultProxy } from "../store/fault-proxy.ts";
import { keysOf, META, MIB, putBytes, readAll, sha256, soon, sourceFile } from "../store/files.ts";
import { BUCKET, type S3Server, startFauxqsS3, startS3rver } from "../store/s3-servers.ts";
import { s3StoreAt } from "../store/stores.ts";
import { openTmpfs } from "./tmpfs.ts";

const S3_BOUND_MS = 30_000;
const PUT_FILE = new URL("../store/fixtures/put-file.ts", import.meta.url).pathname;

interface Bench extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly server: S3Server;
  readonly store: Store;
  readonly work: string;
  readonly warnings: readonly string[];
}

/** A store in S3 behind the proxy. */
async function openBench(start = startFauxqsS3): Promise<Bench> {
  const [folder, server] = await Promise.all([openFolder("store-faults-"), start()]);
  const proxy = await startFaultProxy(server.url);
  const { store, warnings } = s3StoreAt(server, proxy.url);
  return {
    proxy,
    server,
    store,
    warnings,
    work: folder.dir,
    async [Symbol.asyncDispose]() {
      await store.close();
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const isPart = ({ method, url }: Seen): boolean => method === "PUT" && url.includes("partNumber=");
const isAbort = ({ method, url }: Seen): boolean => method === "DELETE" && url.includes("uploadId=");

/** Puts a file of three parts while every one meets a fault, and expects the put to give up in time. */
async function expectGivenUp(context: TestContext, bench: Bench, fault: Fault): Promise<void> {
  const { proxy, store, work } = bench;
  const file = await sourceFile(work, randomBytes(20 * MIB));
  proxy.fault = (request) => (isPart(request) ? fault : "none");
  const startedAt = performance.now();
  const error = await store.put("chunks/x/1.mp4", file, META, soon()).catch((fault: unknown) => fault);
  expectRecovery(context, performance.now() - startedAt, S3_BOUND_MS);
  expect(error).toMatchObject({ code: "store-unavailable" });
  expect(proxy.seen.filter(isPart).length).toBeGreaterThan(2);
  expect(await store.stat("chunks/x/1.mp4")).toBeNull();
  await expectAborted(bench);
}

/** The server must have forgotten every upload that was begun. */
async function expectAborted({ proxy, server }: Bench): Promise<void> {
  const uploads = new Set(
    proxy.seen.filter(isPart).map(({ url }) => new URL(url, server.url).searchParams.get("uploadId")),
  );
  expect(uploads.size).toBeGreaterThan(0);
  expect(proxy.seen.filter(isAbort).map(({ status }) => status)).toEqual([...uploads].map(() => 204));
  const client = new S3Client({
    endpoint: server.url,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: server.credentials,
    maxAttempts: 1,
  });
  for (const UploadId of uploads) {
    const part = { Bucket: BUCKET, Key: "some/where/chunks/x/1.mp4", PartNumber: 1, Body: "x" };
    const sending = client.send(new UploadPartCommand({ ...part, UploadId: UploadId ?? "" }));
    await expect(sending).rejects.toMatchObject({ name: "NoSuchUpload" });
  }
  client.destroy();
}

/** Puts and fetches while faults come and go; the bytes must be the same. */
async function expectSurvived(context: TestContext, fault: Fault, lastsMs: number): Promise<void> {
  await using bench = await openBench(startS3rver);
  const { proxy, store, work } = bench;
  const startedAt = performance.now();
  proxy.fault = () => (performance.now() - startedAt < lastsMs ? fault : "none");
  const content = await putBytes(store, work, "chunks/x/1.mp4", 20 * MIB);
  expectRecovery(context, performance.now() - startedAt, S3_BOUND_MS);
  const again = performance.now();
  proxy.fault = () => (performance.now() - again < lastsMs ? fault : "none");
  const target = join(work, "fetched");
  await store.fetch("chunks/x/1.mp4", target, { sha256: sha256(content), signal: soon() });
  expect(performance.now() - again).toBeLessThan(S3_BOUND_MS);
  expect(proxy.seen.some(({ status }) => status !== 200)).toBe(true);
  expect(bench.warnings).toEqual([]);
}

const LONG = { timeout: 90_000 };

test.concurrent("F44a: S3 answers 500 to every part", LONG, async (context) => {
  await using bench = await openBench();
  await expectGivenUp(context, bench, "500");
});

test.concurrent("F44b: S3 never answers", LONG, async (context) => {
  await using bench = await openBench();
  await expectGivenUp(context, bench, "stall");
});

test.concurrent("F44c: S3 breaks off every part", LONG, async (context) => {
  await using bench = await openBench();
  await expectGivenUp(context, bench, "reset");
});

test.concurrent("F44d: S3 is gone altogether", LONG, async (context) => {
  await using bench = await openBench();
  const { proxy, store, work } = bench;
  const file = await sourceFile(work, randomBytes(20 * MIB));
  proxy.fault = (request) => (isPart(request) ? "stall" : "none");
  const putting = store.put("chunks/x/1.mp4", file, META, soon()).catch((fault: unknown) => fault);
  await until(
    () => Promise.resolve(proxy.seen.filter(isPart)),
    (parts) => parts.length > 0,
    20_000,
  );
  const startedAt = performance.now();
  await proxy[Symbol.asyncDispose]();
  expect(await putting).toMatchObject({ code: "store-unavailable" });
  expectRecovery(context, performance.now() - startedAt, S3_BOUND_MS);
  // Nobody could be told to forget the parts: the sweep has to.
  expect(bench.warnings).toHaveLength(1);
  await expect(store.stat("chunks/x/1.mp4")).rejects.toMatchObject({ code: "store-unavailable" });
});

test.concurrent("F44e: S3 answers 500 for a while", LONG, (context) => expectSurvived(context, "500", 5_000));

test.concurrent("F44f: S3 asks to slow down for a while", LONG, (context) =>
  expectSurvived(context, "503", 5_000),
);

test.concurrent("F44g: S3 breaks off requests for a while", LONG, (context) =>
  expectSurvived(context, "reset", 5_000),
);

test.concurrent("F44h: S3 does not answer for a while", LONG, (context) =>
  expectSurvived(context, "stall", 5_000),
);

test.concurrent("F44i: S3 cuts every body", LONG, async (context) => {
  await using bench = await openBench();
  const { proxy, store, work } = bench;
  const content = await putBytes(store, work, "chunks/x/1.mp4", 20 * MIB);
  proxy.fault = ({ method }) => (method === "GET" ? { cutAfter: 3 * MIB } : "none");
  const startedAt = performance.now();
  const target = join(work, "fetched");
  await store.fetch("chunks/x/1.mp4", target, { sha256: sha256(content), signal: soon() });
  expectRecovery(context, performance.now() - startedAt, S3_BOUND_MS);
  const streamed = await readAll(await store.open("chunks/x/1.mp4", { start: 1, end: 15 * MIB }, soon()));
  expect(streamed.equals(content.subarray(1, 15 * MIB + 1))).toBe(true);
  expect(proxy.seen.filter(({ method }) => method === "GET").length).toBeGreaterThan(8);
});

test.concurrent("F44j: S3 is slow, and no fault", LONG, async (context) => {
  await using bench = await openBench();
  const { proxy, store, work } = bench;
  const content = await putBytes(store, work, "chunks/x/1.mp4", 4 * MIB);
  // Twice as long as a silence may last, but never silent.
  proxy.fault = ({ method }) => (method === "GET" ? { slowMs: 300 } : "none");
  const startedAt = performance.now();
  const target = join(work, "fetched");
  await store.fetch("chunks/x/1.mp4", target, { sha256: sha256(content), signal: soon() });
  expect(performance.now() - startedAt).toBeGreaterThan(15_000);
  expectRecovery(context, performance.now() - startedAt, 60_000);
  expect(proxy.seen.filter(({ method }) => method === "GET")).toHaveLength(1);
});

test.concurrent("an aborted put removes its parts, and waits for it", LONG, async () => {
  await using bench = await openBench();
  const { proxy, store, work } = bench;
  const file = await sourceFile(work, randomBytes(40 * MIB));
  proxy.fault = (request) => (isPart(request) && request.url.includes("partNumber=3") ? "stall" : "none");
  const abort = new AbortController();
  const reason = new Error("no longer wanted");
  const putting = store.put("chunks/x/1.mp4", file, META, abort.signal).catch((error: unknown) => error);
  const isThere = (): boolean => proxy.seen.some(({ url }) => url.includes("partNumber=3"));
  await until(() => Promise.resolve(isThere()), Boolean, 20_000);
  const startedAt = performance.now();
  abort.abort(reason);
  expect(await putting).toBe(reason);
  expect(performance.now() - startedAt).toBeLessThan(3_500);
  expect(await store.stat("chunks/x/1.mp4")).toBeNull();
  await expectAborted(bench);
});

test.concurrent("a store that refuses says so at once", LONG, async () => {
  await using bench = await openBench(startS3rver);
  const { proxy, server, work } = bench;
  const file = await sourceFile(work, "x");
  const credentials = { ...server.credentials, accessKeyId: "nobody" };
  for (const [more, why] of [
    [{ credentials }, "403"],
    [{ bucket: "no-such-bucket" }, "NoSuchBucket"],
  ] as const) {
    const { store } = s3StoreAt(server, proxy.url, more);
    const startedAt = performance.now();
    const error = await store.put("a", file, META, soon()).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: "store-unavailable", message: expect.stringContaining(why) });
    expect(String(error)).not.toContain(proxy.url);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await store.close();
  }
});

/** Starts a process that puts a file of 200 MiB, and stops it while the file is made ready. */
async function startPut(folder: Folder, key: string): Promise<{ child: ChildProcess; content: Buffer }> {
  const content = randomBytes(200 * MIB);
  const file = join(folder.dir, "large");
  await writeFile(file, content);
  const store = join(folder.dir, "store");
  const child = spawn(process.execPath, [PUT_FILE, store, key, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const incoming = (): Promise<string[]> => readdir(join(store, ".incoming")).catch(() => []);
  await until(incoming, (names) => names.length > 0, 20_000);
  child.kill("SIGSTOP");
  return { child, content };
}

test.concurrent("F43: an attempt that was stopped wakes up after another has finished", LONG, async () => {
  await using folder = await openFolder("store-attempts-");
  const dir = join(folder.dir, "store");
  const { child } = await startPut(folder, "chunks/x/1.mp4");
  try {
    const ended = once(child, "close", { signal: AbortSignal.timeout(60_000) });
    const output = child.stdout?.setEncoding("utf8").toArray();
    const store = await openFileStore(dir, { onWarning: () => undefined });
    // It is whole or absent, and it is not whole.
    expect(await keysOf(store)).toEqual([]);
    const second = await putBytes(store, folder.dir, "chunks/x/2.mp4", 1000);
    const first = await putBytes(store, folder.dir, "chunks/x/1.mp4", 2000);
    child.kill("SIGCONT");
    expect(await ended).toEqual([0, null]);
    const said: unknown = JSON.parse((await output)?.join("") ?? "");
    expect(said).toEqual({ bytes: 2000, sha256: sha256(first) });
    for (const [key, content] of [
      ["chunks/x/1.mp4", first],
      ["chunks/x/2.mp4", second],
    ] as const) {
      expect(content.equals(await readFile(store.localPath(key) ?? "")), key).toBe(true);
    }
    expect(await readdir(join(dir, ".incoming"))).toEqual([]);
  } finally {
    child.kill("SIGKILL");
  }
});

test.concurrent("F45b: what a killed process was putting into the store", LONG, async (context) => {
  await using folder = await openFolder("store-killed-");
  const dir = join(folder.dir, "store");
  const { child } = await startPut(folder, "chunks/x/1.mp4");
  const ended = once(child, "close", { signal: AbortSignal.timeout(20_000) });
  child.kill("SIGKILL");
  await ended;
  expect(await readdir(join(dir, ".incoming"))).toHaveLength(1);
  const startedAt = performance.now();
  const store = await openFileStore(dir, { onWarning: () => undefined });
  await store.sweep(new Date(Date.now() - 3_600_000));
  expectRecovery(context, performance.now() - startedAt, 60_000);
  expect(await readdir(join(dir, ".incoming"))).toEqual([]);
  expect(await keysOf(store)).toEqual([]);
});

test.concurrent("F45c: parts that a lost host has left in S3", LONG, async (context) => {
  await using bench = await openBench();
  const { proxy, server, store, work } = bench;
  const file = await sourceFile(work, randomBytes(20 * MIB));
  // The host is lost: its parts are there, and it says nothing more.
  proxy.fault = (request) => (isPart(request) && !request.url.includes("partNumber=1&") ? "stall" : "none");
  const abort = new AbortController();
  const putting = store.put("chunks/x/1.mp4", file, META, abort.signal).catch(() => undefined);
  await until(
    () => Promise.resolve(proxy.seen.filter(isPart)),
    (parts) => parts.length > 1,
    20_000,
  );
  const upload = new URL(proxy.seen.find(isPart)?.url ?? "", server.url).searchParams.get("uploadId") ?? "";
  proxy.fault = () => "reset";
  abort.abort();
  await putting;
  expect(proxy.seen.filter(isAbort).every(({ status }) => status === null)).toBe(true);

  proxy.fault = () => "none";
  const list = (begun: string): string =>
    `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>some/where/chunks/x/1.mp4</Key><UploadId>${upload}</UploadId><Initiated>${begun}</Initiated></Upload></ListMultipartUploadsResult>`;
  const anHourAgo = new Date(Date.now() - 3_600_000);
  proxy.uploads = list(new Date().toISOString());
  const before = proxy.seen.length;
  await store.sweep(anHourAgo);
  expect(proxy.seen.slice(before).filter(isAbort)).toEqual([]);
  proxy.uploads = list(new Date(Date.now() - 2 * 3_600_000).toISOString());
  const startedAt = performance.now();
  await store.sweep(anHourAgo);
  expectRecovery(context, performance.now() - startedAt, 60_000);
  expect(proxy.seen.slice(before).filter(isAbort)).toMatchObject([{ status: 204 }]);
  // It is gone already: no harm.
  await store.sweep(anHourAgo);
});

test("F39b: the disk of the store, or of what is fetched, fills up", LONG, async (context) => {
  await using disk = await openTmpfs(context, "size=8m");
  await using bench = await openBench();
  const large = await sourceFile(bench.work, randomBytes(20 * MIB));
  const store = await openFileStore(join(disk.dir, "store"), { onWarning: () => undefined });
  const startedAt = performance.now();
  await expect(store.put("a/1", large, META, soon())).rejects.toMatchObject({ code: "disk-full" });
  expectRecovery(context, performance.now() - startedAt, 5_000);
  expect(await readdir(join(disk.dir, "store", ".incoming"))).toEqual([]);
  expect(await keysOf(store)).toEqual([]);
  await putBytes(store, disk.dir, "a/1", MIB);

  await bench.store.put("a/1", large, META, soon());
  const target = join(disk.dir, "fetched");
  const again = performance.now();
  await expect(bench.store.fetch("a/1", target, { signal: soon() })).rejects.toMatchObject({
    code: "disk-full",
  });
  expect(performance.now() - again).toBeLessThan(5_000);
  expect((await readdir(disk.dir)).filter((name) => name.startsWith("fetched"))).toEqual([]);
});
