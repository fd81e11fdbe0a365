import type { Socket } from "node:net";

import { expect, onTestFinished, test } from "vitest";

import { openHalfRequests, openHealth, portOf, startProber } from "./support.ts";

/** Milliseconds until the server has closed every socket. */
async function closedAfterMs(sockets: readonly Socket[]): Promise<number> {
  const startedAt = performance.now();
  await expect.poll(() => sockets.every((socket) => socket.closed), { timeout: 15_000 }).toBe(true);
  return performance.now() - startedAt;
}

async function openSlowClients(port: number, count: number) {
  const sockets = await openHalfRequests(port, count);
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  return sockets;
}

test("more connections than the limit push out the oldest, never a probe", async () => {
  await using service = openHealth();
  const port = await portOf(service);
  const sockets = await openSlowClients(port, 300);
  const prober = await startProber(port, 500, ["/health"]);
  const { statuses } = await prober.result;
  expect(Object.keys(statuses["/health"] ?? {})).toEqual(["200"]);
  expect(sockets.slice(0, 44).every((socket) => socket.closed)).toBe(true);
  expect(sockets.at(-1)?.closed).toBe(false);
});

test("closing does not wait for half requests", async () => {
  await using service = openHealth();
  const port = await portOf(service);
  const closed = closedAfterMs(await openSlowClients(port, 200));
  const startedAt = performance.now();
  await service.health.close();
  // The grace before the thread is terminated is two seconds: this ended by itself.
  expect(performance.now() - startedAt).toBeLessThan(1500);
  expect(await closed).toBeLessThan(3000);
});
