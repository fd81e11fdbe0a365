import { randomUUID } from "node:crypto";

import { HealthSchema } from "@framewright/contract";
import { afterAll, beforeAll, expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { readConfig } from "../../src/config.ts";
import { DEAD_AFTER_MS } from "../../src/health/readiness.ts";
import { call, submit, waitForRender } from "../e2e/api.ts";
import { page } from "../e2e/pages.ts";
import { startTestProducer, type TestProducer } from "../e2e/producer.ts";
import { blockLoop, startProber } from "../health/support.ts";

const LIVENESS_S = 3;
const ANY: unknown = expect.any(Number);
const IDS = 10_000;
const AT_A_TIME = 50;

let service: TestProducer;
beforeAll(async () => {
  service = await startTestProducer({ PRODUCER_LIVENESS_SECONDS: String(LIVENESS_S) });
});
afterAll(async () => service[Symbol.asyncDispose]());

/** The service's series: names with their labels, without values. */
async function series(): Promise<string[]> {
  const text = await (await call({ url: service.url }, "/metrics")).text();
  const lines = text.split("\n").filter((line) => line.startsWith("framewright_"));
  return lines.map((line) => line.slice(0, line.lastIndexOf(" ")));
}

test("F22: the main loop's limit is 90 s, within which every legitimate stall ends", () => {
  expect(DEAD_AFTER_MS).toBeGreaterThanOrEqual(60_000);
  expect(DEAD_AFTER_MS).toBeLessThanOrEqual(120_000);
  expect(readConfig({}).livenessMs).toBe(DEAD_AFTER_MS);
});

test("F22: a main loop that stands still beyond its limit is dead, with what it had begun", async (context) => {
  const { id } = await submit(service, { html: page() });
  await waitForRender(service, id);
  // What is read while the loop stands still is what was published before.
  const succeeded = 'framewright_renders_total{outcome="succeeded"} 1\n';
  const published = async (): Promise<string> => (await call({ url: service.healthUrl }, "/metrics")).text();
  await expect.poll(published, { timeout: 5_000 }).toContain(succeeded);
  const port = Number(new URL(service.healthUrl).port);
  const prober = await startProber(port, 4_500, ["/livez", "/metrics"]);
  const blockedAt = Date.now();
  blockLoop(5_000);
  const { statuses, bodies } = await prober.result;
  const answers = { livez: statuses["/livez"], metrics: statuses["/metrics"] };
  expect(answers).toEqual({ livez: { 200: ANY, 503: ANY }, metrics: { 200: ANY } });
  const bodyOf = (path: string, status: number): string => bodies[path]?.[status] ?? "";

  const dead = HealthSchema.strict().parse(JSON.parse(bodyOf("/livez", 503)));
  expect(dead).toMatchObject({ status: "dead", cause: { code: "main-loop-dead" } });
  expect(dead.cause?.detail).toMatch(
    /last turned 4\.\d s ago, and had begun \d\.\d s ago: request GET \/v1\/renders\/:id/,
  );
  const live = HealthSchema.strict().parse(JSON.parse(bodyOf("/livez", 200)));
  expectRecovery(context, Date.parse(live.timestamp) - blockedAt, LIVENESS_S * 1000 + 200);

  const metrics = bodyOf("/metrics", 200);
  expect(metrics).toContain(succeeded);
  expect(metrics).toMatch(/^framewright_health_live 0$/m);
  expect(metrics).toMatch(/^framewright_health_cause\{code="main-loop-blocked"\} 1$/m);
  expect(Number(/^framewright_health_metrics_age_seconds (.*)$/m.exec(metrics)?.[1])).toBeGreaterThan(3);
});

test("E9: metrics label explosion", { timeout: 60_000 }, async () => {
  const before = await series();
  const ids = Array.from({ length: IDS }, () => randomUUID());
  for (let from = 0; from < IDS; from += AT_A_TIME) {
    const answers = ids.slice(from, from + AT_A_TIME).map(async (id, index) => {
      const path = [`/v1/renders/${id}`, `/outputs/${id}`, `/${id}`][index % 3] ?? "";
      const answer = await call(service, path);
      await answer.arrayBuffer();
      return answer.status;
    });
    expect(new Set(await Promise.all(answers))).toEqual(new Set([404]));
  }
  const after = await series();
  expect(after).toEqual(before);
  expect(after.length).toBeGreaterThan(100);
  expect(after.length).toBeLessThan(300);
});
