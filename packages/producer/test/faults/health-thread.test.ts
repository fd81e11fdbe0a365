import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, onTestFinished, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import {
  blockLoop,
  fetchProbe,
  fixture,
  HOST,
  isListening,
  openHalfRequests,
  openHealth,
  portOf,
  startProber,
} from "../health/support.ts";

const threads = async (): Promise<number> => (await readdir("/proc/self/task")).length;

/** Milliseconds until the replacement of a thread that listened on `first` answers. */
async function replacedAfterMs(service: ReturnType<typeof openHealth>): Promise<number> {
  await expect.poll(() => service.log.error.mock.calls.length, { timeout: 8_000, interval: 5 }).toBe(1);
  const endedAt = performance.now();
  await expect.poll(() => service.health.port(), { timeout: 8_000, interval: 5 }).not.toBeNull();
  const answer = await fetchProbe(service.health.port() ?? 0, "/livez");
  expect(answer.status).toBe(200);
  return performance.now() - endedAt;
}

test("F17: a health thread that hangs at its start is given up, and takes no more time", async (context) => {
  await using service = openHealth({ entry: fixture("hang") });
  const startedAt = performance.now();
  const start = await service.health.started;
  await expect.poll(() => service.log.error.mock.calls.length, { timeout: 5_000, interval: 5 }).toBe(1);
  expectRecovery(context, performance.now() - startedAt, 5_000);
  expect(start).toEqual({ port: null, reason: expect.stringMatching(/within 4000 ms/) });
  await service.close();
  const spent = process.cpuUsage();
  await sleep(500);
  expect(process.cpuUsage(spent).user / 1000).toBeLessThan(250);
});

test("F18: a health thread that fails before its first message is reported, and tried again", async (context) => {
  await using service = openHealth({ entry: fixture("throw") });
  const startedAt = performance.now();
  const start = await service.health.started;
  expect(start).toEqual({ port: null, reason: expect.stringMatching(/broken at import/) });
  await expect.poll(() => service.log.error.mock.calls.length, { timeout: 5_000, interval: 5 }).toBe(2);
  expectRecovery(context, performance.now() - startedAt, 2_000);
});

test("F18: a health thread that fails later is replaced, and the main thread lives", async (context) => {
  await using service = openHealth({ entry: fixture("throws-later") });
  const first = await portOf(service);
  expectRecovery(context, await replacedAfterMs(service), 2_000);
  expect(service.log.error.mock.calls[0]?.[0]).toMatchObject({
    reason: expect.stringMatching(/broken later/),
  });
  expect(await isListening(first)).toBe(false);
});

test("F19: a health port in use is named with a remedy, and leaves no thread behind", async (context) => {
  const before = await threads();
  const other = createServer().listen(0, HOST);
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  const startedAt = performance.now();
  await using service = openHealth({ port });
  const start = await service.health.started;
  expectRecovery(context, performance.now() - startedAt, 2_000);
  expect(start).toEqual({
    port: null,
    reason: `${HOST}:${port} is already in use. End what uses it, or set PRODUCER_HEALTH_PORT to another port.`,
  });
  await service.close();
  await expect.poll(threads, { timeout: 2_000 }).toBeLessThanOrEqual(before);
});

test("F20: process.exit in the health thread ends only that thread, which is replaced", async (context) => {
  await using service = openHealth({ entry: fixture("exits-later") });
  await portOf(service);
  expectRecovery(context, await replacedAfterMs(service), 2_000);
  expect(service.log.error.mock.calls[0]?.[0]).toMatchObject({
    reason: expect.stringMatching(/exited with code 7/),
  });
});

test("F21: a main loop that is blocked for 2.5 s is live all the time, and unready", async (context) => {
  await using service = openHealth();
  const port = await portOf(service);
  const prober = await startProber(port, 2_500, ["/livez", "/readyz"]);
  service.heartbeat.declare("capture of render 7");
  blockLoop(2_800);
  const { statuses, bodies, p99Ms, count } = await prober.result;
  expect(count).toBeGreaterThan(60);
  expect(Object.keys(statuses["/livez"] ?? {})).toEqual(["200"]);
  expect(Object.keys(statuses["/readyz"] ?? {})).toEqual(["200", "503"]);
  const { causes } = JSON.parse(bodies["/readyz"]?.[503] ?? "{}") as { causes: unknown };
  expect(causes).toEqual([
    expect.objectContaining({
      code: "main-loop-blocked",
      detail: expect.stringMatching(
        /last turned [12]\.\d s ago, and had begun [12]\.\d s ago: capture of render 7\./,
      ),
    }),
  ]);
  expectRecovery(context, p99Ms, 100);
  await expect.poll(async () => (await fetchProbe(port, "/readyz")).status, { timeout: 5_000 }).toBe(200);
});

test("F23: 200 half-open requests delay no probe, and are closed", async (context) => {
  await using service = openHealth();
  const port = await portOf(service);
  const sockets = await openHalfRequests(port, 200);
  const openedAt = performance.now();
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  const closed = expect.poll(() => sockets.every((socket) => socket.closed), { timeout: 15_000 }).toBe(true);
  const prober = await startProber(port, 1_500, ["/health"]);
  const { statuses, p99Ms } = await prober.result;
  expect(Object.keys(statuses["/health"] ?? {})).toEqual(["200"]);
  expect(p99Ms).toBeLessThan(250);
  await closed;
  expect(performance.now() - openedAt).toBeGreaterThan(1_500);
  expectRecovery(context, performance.now() - openedAt, 5_000);
});
