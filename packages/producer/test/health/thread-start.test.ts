import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import { fetchProbe, fixture, HOST, openHealth } from "./support.ts";

test.each([
  ["exit", /exited with code 3/],
  ["babble", /first message was not understood/],
  ["missing", /missing/],
])("a thread that does %s before it listens is reported, and started again", async (name, reason) => {
  await using service = openHealth({ entry: fixture(name) });
  expect(await service.health.started).toEqual({ port: null, reason: expect.stringMatching(reason) });
  expect(service.health.port()).toBeNull();
  await expect.poll(() => service.log.error.mock.calls.length, { timeout: 5000 }).toBeGreaterThan(1);
  expect(service.log.error.mock.calls[0]?.[0]).toMatchObject({ reason: expect.stringMatching(reason) });
});

test("restarts back off", async () => {
  await using service = openHealth({ entry: fixture("exit") });
  await sleep(3000);
  // The waits are at least 0.2, 0.4, 0.8 and 1.6 s: the fifth start is due at 3 s.
  expect(service.log.error.mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(service.log.error.mock.calls.length).toBeLessThanOrEqual(5);
});

test("a port in use is taken once it is free", async () => {
  const other = createServer().listen(0, HOST);
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  await using service = openHealth({ port });
  expect((await service.health.started).port).toBeNull();
  other.close();
  await expect.poll(() => service.health.port(), { timeout: 8000 }).toBe(port);
  expect((await fetchProbe(port, "/health")).status).toBe(200);
});
