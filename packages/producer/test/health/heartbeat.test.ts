import { setTimeout as sleep } from "node:timers/promises";

import { HealthSchema, ReadinessSchema } from "@framewright/contract";
import { expect, onTestFinished, test } from "vitest";

import { type Heartbeat, startHeartbeat } from "../../src/health/heartbeat.ts";
import { readHealth, readMainLoop } from "../../src/health/pulse.ts";
import { readReadiness, readStartup } from "../../src/health/readiness.ts";
import { readMetrics } from "../../src/health/thread-metrics.ts";
import { blockLoop } from "./support.ts";

function openHeartbeat(): Heartbeat {
  const heartbeat = startHeartbeat();
  onTestFinished(() => heartbeat.close());
  return heartbeat;
}

const codes = (heartbeat: Heartbeat, lagLimitMs = 60_000): string[] =>
  readReadiness(heartbeat.pulse, lagLimitMs).causes.map(({ code }) => code);

test("a free loop is hardly late, and its heartbeat is young", async () => {
  const heartbeat = openHeartbeat();
  await sleep(1000);
  const { heartbeatAgeMs, lagMs } = readMainLoop(heartbeat.pulse);
  expect(heartbeatAgeMs).toBeLessThan(600);
  expect(lagMs).toBeLessThan(500);
});

test("while the loop is blocked, the lag grows with the time that the beat is overdue", () => {
  const heartbeat = openHeartbeat();
  blockLoop(400);
  const first = readMainLoop(heartbeat.pulse);
  blockLoop(300);
  const second = readMainLoop(heartbeat.pulse);
  expect(first.heartbeatAgeMs).toBeGreaterThanOrEqual(400);
  expect(first.lagMs).toBe(first.heartbeatAgeMs - 100);
  expect(second.lagMs - first.lagMs).toBeGreaterThan(290);
});

test("one turn after a stall still shows how late it came, the next one does not", async () => {
  const heartbeat = openHeartbeat();
  blockLoop(1500);
  await sleep(0);
  const { heartbeatAgeMs, lagMs } = readMainLoop(heartbeat.pulse);
  expect(heartbeatAgeMs).toBeLessThan(1000);
  expect(lagMs).toBeGreaterThanOrEqual(1350);
  await expect.poll(() => readMainLoop(heartbeat.pulse).lagMs, { timeout: 5000 }).toBeLessThan(1000);
});

test("a service is starting until it says otherwise", () => {
  const heartbeat = openHeartbeat();
  expect(codes(heartbeat)).toEqual(["starting"]);
  heartbeat.setCause("starting", false);
  expect(readReadiness(heartbeat.pulse, 60_000)).toMatchObject({ ready: true, causes: [] });
});

test("every cause is named, and setting or clearing one leaves the others", () => {
  const heartbeat = openHeartbeat();
  heartbeat.setCause("draining", true);
  heartbeat.setCause("draining", true);
  heartbeat.setCause("disk-low", true);
  heartbeat.setCause("no-worker", true);
  heartbeat.setCause("no-worker", false);
  expect(codes(heartbeat)).toEqual(["starting", "draining", "disk-low"]);
  blockLoop(200);
  expect(codes(heartbeat, 50)).toEqual(["starting", "draining", "disk-low", "main-loop-blocked"]);
});

test("a cause says what to do, and what is known", () => {
  const heartbeat = openHeartbeat();
  const { pulse } = heartbeat;
  heartbeat.setCause("starting", false);
  heartbeat.setCause("disk-low", true, "0.50 GiB are free.");
  expect(readReadiness(pulse, 60_000).causes).toEqual([
    {
      code: "disk-low",
      message: "Too little disk space is free.",
      remedy: expect.stringContaining("PRODUCER_DATA_DIR"),
      detail: "0.50 GiB are free.",
    },
  ]);
  heartbeat.setCause("disk-low", true, "x".repeat(100_000));
  expect(readReadiness(pulse, 60_000).causes[0]?.detail).toHaveLength(300);
});

test("what the main loop last began is told with its age", async () => {
  const heartbeat = openHeartbeat();
  const { pulse } = heartbeat;
  expect(readMainLoop(pulse).lastBegan).toBeNull();
  heartbeat.declare("plan of render 1");
  heartbeat.declare("capture of render 1");
  await sleep(60);
  const { lastBegan } = readMainLoop(pulse);
  expect(lastBegan?.what).toBe("capture of render 1");
  expect(lastBegan?.agoMs).toBeGreaterThanOrEqual(50);
});

test("a service has started once a worker was ready, and for good", () => {
  const heartbeat = openHeartbeat();
  const { pulse } = heartbeat;
  expect(readStartup(pulse, 60_000)).toMatchObject({ ready: false, causes: [{ code: "starting" }] });
  heartbeat.setCause("starting", false);
  expect(readStartup(pulse, 60_000)).toMatchObject({ ready: false, causes: [{ code: "starting" }] });
  heartbeat.setCause("no-worker", true);
  expect(readStartup(pulse, 60_000)).toMatchObject({ ready: false, causes: [{ code: "no-worker" }] });
  heartbeat.noteWorker();
  heartbeat.setCause("draining", true);
  expect(readStartup(pulse, 60_000)).toMatchObject({ ready: true, causes: [] });
});

test("metrics that are too long end with a whole line", () => {
  const heartbeat = openHeartbeat();
  const { pulse } = heartbeat;
  heartbeat.publishMetrics("a 1\n".repeat(100_000));
  const text = readMetrics(pulse, { lagLimitMs: 60_000, deadAfterMs: 90_000 });
  expect(text.length).toBeGreaterThan(200_000);
  expect(text.endsWith("a 1\n")).toBe(true);
});

test("the bodies fit the contract", async () => {
  const heartbeat = openHeartbeat();
  await sleep(50);
  const health = readHealth(heartbeat.pulse, "main");
  expect(HealthSchema.strict().parse(health)).toEqual(health);
  expect(health.uptime).toBeGreaterThanOrEqual(0.04);
  const readiness = readReadiness(heartbeat.pulse, 60_000);
  expect(ReadinessSchema.strict().parse(readiness)).toEqual(readiness);
});
