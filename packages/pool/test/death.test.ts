import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { count, errorOf, inMs, openPool, readyChild } from "./harness.ts";

const soon = () => ({ deadline: inMs(20_000) });

describe("a child that dies", () => {
  it("tells the task how it died", async () => {
    const { pool, events } = openPool("tasks");
    const error = await errorOf(pool.run({ do: "exit", value: 7 }, soon()));
    expect(error).toMatchObject({ code: "worker-lost", exit: { reason: "crash", from: "busy", code: 7 } });
    expect(error.exit?.stderrTail).toContain("last words");
    await expect(pool.run({ do: "echo" }, soon())).resolves.toBeDefined();
    expect(count(events, "backoff")).toBe(0);
  });
});

describe("a child that answers no ping", () => {
  const pings = { pingIntervalMs: 200, pingTimeoutMs: 1_000 };

  it("does not blame a child for a stall of its own process", async () => {
    const test = openPool("tasks", pings);
    const child = await readyChild(test);
    const end = Date.now() + 1_500;
    while (Date.now() < end);
    await sleep(800);
    expect(test.pool.snapshot().children).toMatchObject([{ id: child.id, state: "ready" }]);
  });
});
