import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { findFreePort, fixture, HOST, isListening, openHealth, portOf } from "./support.ts";

// A name is looked up before the thread listens, so that the request to close can come in between.
test.each([HOST, "localhost"])(
  "closing 0 to 200 ms after the start on %s leaves no listener",
  async (host) => {
    const port = await findFreePort();
    for (let delayMs = 0; delayMs <= 200; delayMs += 20) {
      await using service = openHealth({ port, host });
      if (delayMs > 0) await sleep(delayMs);
      const startedAt = performance.now();
      await service.close();
      expect(performance.now() - startedAt, `after ${delayMs} ms`).toBeLessThan(1500);
      expect(service.health.port()).toBeNull();
      expect(await isListening(port), `after ${delayMs} ms`).toBe(false);
      await service.health.started;
      expect(service.log.error).not.toHaveBeenCalled();
    }
  },
);

test("a service told to end 0 to 200 ms after its start exits by itself and frees the port", async () => {
  const port = await findFreePort();
  for (const delayMs of [0, 20, 50, 100, 200]) {
    const child = spawn(process.execPath, [fileURLToPath(fixture("service")), String(port)], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 10_000,
      killSignal: "SIGKILL",
    });
    const exit = once(child, "exit");
    await once(child.stdout, "data");
    if (delayMs > 0) await sleep(delayMs);
    const startedAt = performance.now();
    child.kill("SIGTERM");
    expect(await exit, `after ${delayMs} ms`).toEqual([0, null]);
    expect(performance.now() - startedAt, `after ${delayMs} ms`).toBeLessThan(3000);
    expect(await isListening(port), `after ${delayMs} ms`).toBe(false);
  }
});

test("closing is idempotent", async () => {
  await using service = openHealth();
  const port = await portOf(service);
  const first = service.health.close();
  expect(service.health.close()).toBe(first);
  await first;
  expect(await isListening(port)).toBe(false);
});

test("a thread that ignores the request to close is terminated", async () => {
  await using service = openHealth({ entry: fixture("deaf") });
  await service.health.started;
  const startedAt = performance.now();
  await service.health.close();
  expect(performance.now() - startedAt).toBeLessThan(4000);
});

test("closing while a thread hangs at its start does not wait for its deadline", async () => {
  await using service = openHealth({ entry: fixture("hang"), startTimeoutMs: 20_000 });
  const startedAt = performance.now();
  await service.health.close();
  expect(performance.now() - startedAt).toBeLessThan(4000);
  expect(await service.health.started).toEqual({ port: null, reason: "It was closed." });
});

test("closing cancels a restart that is due", async () => {
  await using service = openHealth({ entry: fixture("exit") });
  await service.health.started;
  await service.health.close();
  const reports = service.log.error.mock.calls.length;
  await sleep(700);
  expect(service.log.error.mock.calls.length).toBe(reports);
});
