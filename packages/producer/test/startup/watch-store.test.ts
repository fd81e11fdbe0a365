import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { startFauxqs } from "fauxqs";
import pino from "pino";
import { expect, onTestFinished, test } from "vitest";

import { startHeartbeat } from "../../src/health/heartbeat.ts";
import { readReadiness } from "../../src/health/readiness.ts";
import { watchStore } from "../../src/startup/watch-store.ts";
import { openFileStore } from "../../src/store/file-store.ts";
import type { Store } from "../../src/store/port.ts";
import { openS3Store } from "../../src/store/s3-store.ts";
import { BUCKET, startS3rver } from "../store/s3-servers.ts";
import { freePort } from "../postgres/plain-server.ts";

/** An answer on a busy machine. */
const ANSWER_MS = 5_000;
/** Between two questions to a store at fault, with what one answer takes, on a busy machine. */
const MENDED_MS = 10_000;

/** Watches a store, and tells what keeps the service from being ready because of it. */
function watched(store: Store): () => unknown[] {
  const heartbeat = startHeartbeat();
  heartbeat.setCause("starting", false);
  const watch = watchStore({ store, heartbeat, log: pino({ level: "silent" }) });
  onTestFinished(async () => {
    watch.close();
    heartbeat.close();
    await store.close();
  });
  return () => readReadiness(heartbeat.pulse, Infinity).causes.map(({ code, detail }) => [code, detail]);
}

function s3Store(endpoint: string, accessKeyId = "S3RVER"): Store {
  return openS3Store({
    bucket: BUCKET,
    prefix: "some/",
    region: "us-east-1",
    endpoint,
    pathStyle: true,
    redirect: false,
    credentials: { accessKeyId, secretAccessKey: "S3RVER" },
    onWarning: () => undefined,
  });
}

const startServer = (port = 0) => startFauxqs({ port, logger: false, host: "127.0.0.1" });

test("a folder and a bucket that answer keep the service from being ready until then only", async () => {
  const dir = await mkdtemp(join(tmpdir(), "framewright-store-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const folder = watched(await openFileStore(dir, { onWarning: () => undefined }));
  expect(folder()).toEqual([["store-unreachable", "The store of files has not answered yet."]]);
  await expect.poll(folder, { timeout: ANSWER_MS }).toEqual([]);
  await using server = await startS3rver();
  const bucket = watched(s3Store(server.url));
  await expect.poll(bucket, { timeout: ANSWER_MS }).toEqual([]);
});

test("a bucket that is missing is told at once, and its making ends that", async () => {
  const server = await startServer();
  onTestFinished(() => server.stop());
  const causes = watched(s3Store(`http://127.0.0.1:${server.port}`));
  await expect
    .poll(causes, { timeout: ANSWER_MS })
    .toEqual([["store-unreachable", "The store of files refused the request (NoSuchBucket, status 404)."]]);
  server.createBucket(BUCKET);
  await expect.poll(causes, { timeout: MENDED_MS }).toEqual([]);
});

test("a store that refuses the key is told at once", async () => {
  await using server = await startS3rver();
  const causes = watched(s3Store(server.url, "SOMEBODY"));
  await expect
    .poll(causes, { timeout: ANSWER_MS })
    .toEqual([
      ["store-unreachable", "The store of files refused the request (InvalidAccessKeyId, status 403)."],
    ]);
});

test("a store that is not there yet keeps the service from being ready until it is", async () => {
  const port = await freePort();
  const causes = watched(s3Store(`http://127.0.0.1:${port}`));
  await sleep(1_000);
  expect(causes()).toEqual([["store-unreachable", "The store of files has not answered yet."]]);
  const server = await startServer(port);
  onTestFinished(() => server.stop());
  server.createBucket(BUCKET);
  await expect.poll(causes, { timeout: MENDED_MS }).toEqual([]);
});
