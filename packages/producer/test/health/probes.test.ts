import { HealthSchema, ProblemSchema, ReadinessSchema } from "@framewright/contract";
import { afterAll, beforeAll, expect, test } from "vitest";

import { fetchProbe, openHealth, portOf } from "./support.ts";

let service: ReturnType<typeof openHealth>;
let port: number;
beforeAll(async () => {
  service = openHealth();
  port = await portOf(service);
});
afterAll(() => service.close());

test.each(["/health", "/livez", "/livez?verbose"])("GET %s answers 200 from the thread", async (path) => {
  const response = await fetchProbe(port, path);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("connection")).toBe("close");
  expect(HealthSchema.strict().parse(await response.json()).thread).toBe("worker");
});

test("GET /readyz follows the causes that the main loop sets", async () => {
  const ready = await fetchProbe(port, "/readyz");
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ ready: true, causes: [] });

  service.heartbeat.setCause("draining", true);
  service.heartbeat.setCause("no-worker", true);
  const unready = await fetchProbe(port, "/readyz");
  expect(unready.status).toBe(503);
  const body = ReadinessSchema.strict().parse(await unready.json());
  expect(body.causes.map(({ code }) => code)).toEqual(["draining", "no-worker"]);
  expect(body.ready).toBe(false);
  expect((await fetchProbe(port, "/health")).status).toBe(200);
  expect((await fetchProbe(port, "/livez")).status).toBe(200);

  service.heartbeat.setCause("draining", false);
  service.heartbeat.setCause("no-worker", false);
  expect((await fetchProbe(port, "/readyz")).status).toBe(200);
});

test("GET /startupz answers 503 until a worker was ready", async () => {
  expect((await fetchProbe(port, "/startupz")).status).toBe(503);
  service.heartbeat.noteWorker();
  const started = await fetchProbe(port, "/startupz");
  expect(started.status).toBe(200);
  expect(ReadinessSchema.strict().parse(await started.json()).ready).toBe(true);
});

test("GET /metrics has the main loop's metrics and the thread's own", async () => {
  service.heartbeat.publishMetrics("some_total 3\n");
  service.heartbeat.setCause("disk-low", true);
  const response = await fetchProbe(port, "/metrics");
  service.heartbeat.setCause("disk-low", false);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const lines = (await response.text()).split("\n");
  for (const line of ["some_total 3", "framewright_health_live 1", "framewright_health_ready 0"])
    expect(lines).toContain(line);
  expect(lines).toContain('framewright_health_cause{code="disk-low"} 1');
  expect(lines).toContain('framewright_health_cause{code="draining"} 0');
});

test.each(["/health", "/livez", "/readyz", "/metrics"])(
  "HEAD %s has the headers of GET and no body",
  async (path) => {
    const response = await fetchProbe(port, path, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(10);
    expect(await response.text()).toBe("");
  },
);

test.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s is refused with the methods allowed", async (method) => {
  const response = await fetchProbe(port, "/health", { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, HEAD");
  expect(ProblemSchema.strict().parse(await response.json()).code).toBe("method-not-allowed");
});

test.each(["/", "/healthz", "/health/", "/__proto__"])("%s is not found", async (path) => {
  const response = await fetchProbe(port, path);
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(ProblemSchema.strict().parse(await response.json())).toMatchObject({
    code: "not-found",
    status: 404,
  });
});
