import { describe, expect, it } from "vitest";

import { isGroupAlive } from "../src/process-group.ts";
import { excess, wornOut } from "../src/limits.ts";
import { createMemoryMeter, shareOf } from "../src/memory-meter.ts";
import { count, errorOf, exits, inMs, openPool, readyChild, until } from "./harness.ts";

const MIB = 1024 * 1024;
const soon = () => ({ deadline: inMs(20_000) });
const onLinux = { skip: process.platform !== "linux" };

describe("limits", () => {
  const limits = {
    maxTasks: 3,
    maxAgeMs: 1_000,
    maxMemoryBytes: 600 * MIB,
    killMemoryBytes: Infinity,
  };
  const fresh = { tasksDone: 2, ageMs: 999, memoryBytes: 600 * MIB };

  it("say in words what is worn out", () => {
    expect(wornOut(fresh, limits)).toBeUndefined();
    expect(wornOut({ ...fresh, memoryBytes: undefined }, limits)).toBeUndefined();
    expect(wornOut({ ...fresh, tasksDone: 3 }, limits)).toBe("It had done the 3 tasks allowed.");
    expect(wornOut({ ...fresh, ageMs: 1_000 }, limits)).toBe("It was older than the 1000 ms allowed.");
    expect(excess(812 * MIB, 600 * MIB)).toBe("Its processes held 812 MiB of the 600 MiB allowed.");
  });
});

describe("a child is replaced between tasks, without a delay", () => {
  it("after its last task", async () => {
    const { pool, events } = openPool("tasks", { maxTasks: 2 });
    const pids: unknown[] = [];
    for (let i = 0; i < 4; i += 1)
      pids.push(((await pool.run({ do: "echo" }, soon())) as { pid: number }).pid);
    expect(pids[1]).toBe(pids[0]);
    expect(pids[2]).not.toBe(pids[0]);
    expect(pids[3]).toBe(pids[2]);
    expect(exits(events)[0]).toMatchObject({
      reason: "recycle",
      code: 0,
      tasksDone: 2,
      detail: "It had done the 2 tasks allowed.",
    });
    expect(count(events, "backoff")).toBe(0);
  });

  it("at its age, but not while it has a task", async () => {
    const { pool, events } = openPool("tasks", { maxAgeMs: 1_500, watchIntervalMs: 100 });
    await expect(pool.run({ do: "sleep", ms: 2_500 }, soon())).resolves.toBeDefined();
    const exit = await until("the exit", 5_000, () => exits(events)[0]);
    expect(exit).toMatchObject({ reason: "recycle", tasksDone: 1 });
    expect(exit.ageMs).toBeGreaterThanOrEqual(2_500);
    expect(count(events, "backoff")).toBe(0);
  });

  it("when its processes have grown too large", onLinux, async () => {
    const { pool, events } = openPool("glutton", { maxMemoryBytes: 250 * MIB, watchIntervalMs: 100 });
    const meal = { mib: 300, by: "another", ms: 0 };
    await expect(pool.run(meal, soon())).resolves.toBeTypeOf("number");
    const exit = await until("the exit", 5_000, () => exits(events)[0]);
    expect(exit).toMatchObject({ reason: "recycle", code: 0, tasksDone: 1 });
    expect(exit.detail).toMatch(/^Its processes held (2[5-9]|3\d)\d MiB of the 250 MiB allowed\.$/);
    await readyChild({ pool, events, output: [] });
    expect(count(events, "backoff")).toBe(0);
  });

  it("when it is over the limit without ever being idle", onLinux, async () => {
    const { pool, events } = openPool("glutton", { maxMemoryBytes: 250 * MIB, watchIntervalMs: 100 });
    const meals = [1, 2].map(() => pool.run({ mib: 300, by: "itself", ms: 500 }, soon()));
    const [first, second] = await Promise.all(meals);
    expect(second).not.toBe(first);
    expect(exits(events)[0]).toMatchObject({ reason: "recycle", tasksDone: 1 });
  });

  it("but not for what its task had started and has ended again", onLinux, async () => {
    const { pool, events } = openPool("glutton", { maxMemoryBytes: 250 * MIB, watchIntervalMs: 100 });
    const meal = { mib: 300, by: "guest", ms: 500 };
    const first = await pool.run(meal, soon());
    expect(await pool.run(meal, soon())).toBe(first);
    expect(exits(events)).toEqual([]);
  });

  it("but a limit that no child can keep does not make a storm", onLinux, async () => {
    const { pool, events } = openPool("tasks", { maxMemoryBytes: 1 * MIB, watchIntervalMs: 50 });
    await until("three failures", 15_000, () => pool.snapshot().failures >= 3);
    expect(count(events, "backoff")).toBeGreaterThanOrEqual(3);
    expect(pool.snapshot().breaker).toMatchObject({ state: "closed" });
  });
});

describe("a child that takes too much memory", () => {
  it("is killed in its task, with all its processes", onLinux, async () => {
    const { pool, events } = openPool("glutton", { killMemoryBytes: 250 * MIB, watchIntervalMs: 100 });
    const child = await readyChild({ pool, events, output: [] });
    const error = await errorOf(pool.run({ mib: 300, by: "another", ms: 15_000 }, soon()));
    expect(error).toMatchObject({ code: "worker-lost", exit: { reason: "oom", from: "busy", tasksDone: 0 } });
    expect(error.exit?.detail).toMatch(/^Its processes held (2[5-9]|3\d)\d MiB of the 250 MiB allowed\.$/);
    expect(isGroupAlive(child.pid!)).toBe(false);
    await expect(pool.run({ mib: 1, by: "itself", ms: 0 }, soon())).resolves.toBeTypeOf("number");
  });
});

describe("the memory of a child's processes", () => {
  it("is in the snapshot, of each and of all", onLinux, async () => {
    const { pool } = openPool("glutton", { watchIntervalMs: 100 });
    await pool.run({ mib: 100, by: "another", ms: 300 }, soon());
    const [child] = pool.snapshot().children;
    expect(child?.memoryBytes).toBeGreaterThan(100 * MIB);
    expect(child?.memoryBytes).toBeLessThan(300 * MIB);
    expect(pool.snapshot().memoryBytes).toBe(child?.memoryBytes);
  });

  it("is read in one pass for all, and the exact share is no larger", onLinux, async () => {
    const { pool } = openPool("tasks", { size: 2 });
    await until(
      "both",
      15_000,
      () => pool.snapshot().children.filter((c) => c.state === "ready").length === 2,
    );
    const leaders = new Set(pool.snapshot().children.map((child) => child.pid!));
    const measure = createMemoryMeter();
    const held = measure(leaders);
    expect(new Set(held.keys())).toEqual(leaders);
    for (const { pids, bytes } of held.values()) {
      const share = await shareOf(pids);
      expect(share).toBeGreaterThan(10 * MIB);
      // The two are not read in the same instant.
      expect(share).toBeLessThan(bytes + 5 * MIB);
    }
    expect(measure(new Set([2 ** 30])).size).toBe(0);
  });
});
