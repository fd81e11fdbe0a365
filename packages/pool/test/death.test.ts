import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { isGroupAlive } from "../src/index.ts";
import { count, errorOf, exits, inMs, openPool, readyChild, until } from "./harness.ts";

const soon = () => ({ deadline: inMs(20_000) });

describe("a child that dies", () => {
  it("fault 10: a warm idle child is replaced with no task needed", async () => {
    const test = openPool("tasks");
    const child = await readyChild(test);
    process.kill(child.pid!, "SIGKILL");
    await until("its removal", 3_000, () => exits(test.events).length === 1);
    const next = await readyChild(test, 3_000);
    expect(next.id).not.toBe(child.id);
    expect(test.pool.launchable).toBe(true);
  });

  it("fault 11: a child that dies between choice and dispatch costs the task nothing", async () => {
    const { pool, events } = openPool("tasks", { size: 2 });
    await until("two children", 10_000, () => count(events, "ready") === 2);
    for (const child of pool.snapshot().children) process.kill(child.pid!, "SIGKILL");
    // In the same turn nobody knows yet: both children still count as ready.
    expect(pool.snapshot().children.map((child) => child.state)).toEqual(["ready", "ready"]);
    await expect(pool.run({ do: "echo", value: 4 }, soon())).resolves.toMatchObject({ value: 4 });
    expect(count(events, "task-started")).toBe(1);
  });

  it("tells the task how it died", async () => {
    const { pool, events } = openPool("tasks");
    const error = await errorOf(pool.run({ do: "exit", value: 7 }, soon()));
    expect(error).toMatchObject({ code: "worker-lost", exit: { reason: "crash", from: "busy", code: 7 } });
    expect(error.exit?.stderrTail).toContain("last words");
    await expect(pool.run({ do: "echo" }, soon())).resolves.toBeDefined();
    expect(count(events, "backoff")).toBe(0);
  });

  it("fault 25: a full heap is told from a crash", async () => {
    const { pool } = openPool("tasks", { execArgv: ["--max-old-space-size=64"] });
    const error = await errorOf(pool.run({ do: "grow" }, soon()));
    expect(error).toMatchObject({ code: "worker-lost", exit: { reason: "oom", signal: "SIGABRT" } });
    await expect(pool.run({ do: "echo" }, soon())).resolves.toBeDefined();
  });

  it("takes its whole group along", async () => {
    const { pool, events } = openPool("tasks");
    const { pid } = (await pool.run({ do: "grandchild" }, soon())) as { pid: number };
    expect(await isGroupAlive(pid)).toBe(true);
    process.kill(pid, "SIGKILL");
    await until("the exit", 3_000, () => exits(events).length === 1);
    expect(await isGroupAlive(pid)).toBe(false);
  });
});

describe("a child that answers no ping", () => {
  const pings = { pingIntervalMs: 200, pingTimeoutMs: 1_000 };

  it("fault 26: a stopped child is killed and replaced", async () => {
    const test = openPool("tasks", pings);
    const child = await readyChild(test);
    const stopped = Date.now();
    process.kill(child.pid!, "SIGSTOP");
    const exit = await until("the exit", 5_000, () => exits(test.events)[0]);
    expect(exit).toMatchObject({ reason: "ping", signal: "SIGKILL" });
    // The timeout, at most two intervals, and the kill.
    expect(Date.now() - stopped).toBeLessThan(4_000);
    await readyChild(test);
  });

  it("fault 27: a child whose event loop is blocked is killed, and its task is told", async () => {
    const { pool } = openPool("tasks", pings);
    await readyChild({ pool, events: [], output: [] });
    const error = await errorOf(pool.run({ do: "spin" }, soon()));
    expect(error).toMatchObject({ code: "worker-lost", exit: { reason: "ping", signal: "SIGKILL" } });
    await expect(pool.run({ do: "echo" }, soon())).resolves.toBeDefined();
  });

  it("does not blame a child for a stall of its own process", async () => {
    const test = openPool("tasks", pings);
    const child = await readyChild(test);
    const end = Date.now() + 1_500;
    while (Date.now() < end);
    await sleep(800);
    expect(test.pool.snapshot().children).toMatchObject([{ id: child.id, state: "ready" }]);
  });
});
