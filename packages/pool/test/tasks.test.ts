import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { isGroupAlive } from "../src/process-group.ts";
import { count, errorOf, exits, fixture, inMs, openPool, readyChild, until } from "./harness.ts";

const soon = () => ({ deadline: inMs(15_000) });

describe("a task", () => {
  it("gives its result, and its child takes the next", async () => {
    const { pool } = openPool("tasks");
    const first = await pool.run({ do: "echo", value: { a: [1] } }, soon());
    const second = await pool.run({ do: "echo", value: null }, soon());
    expect(first).toMatchObject({ value: { a: [1] } });
    expect(second).toEqual({ value: null, pid: (first as { pid: number }).pid });
    expect(pool.snapshot().children).toMatchObject([{ state: "ready", tasksDone: 2, taskAgeMs: undefined }]);
  });

  it("hands on what it throws, in wire form", async () => {
    const { pool } = openPool("tasks");
    const error = await errorOf(pool.run({ do: "fail", value: { code: "odd", n: 3 } }, soon()));
    expect(error).toMatchObject({ code: "task-failed", payload: { code: "odd", n: 3 } });
    await expect(pool.run({ do: "echo" }, soon())).resolves.toBeDefined();
  });

  it("reports progress in order", async () => {
    const { pool } = openPool("tasks");
    const seen: unknown[] = [];
    await pool.run({ do: "tick", times: 3, ms: 10 }, { ...soon(), onProgress: (p) => seen.push(p) });
    expect(seen).toEqual([1, 2, 3]);
  });

  it("fails alone when it or its result cannot be sent", async () => {
    const { pool } = openPool("tasks");
    const child = await readyChild({ pool, events: [], output: [] });
    expect(await errorOf(pool.run({ do: "echo", value: 1n }, soon()))).toMatchObject({ code: "task-failed" });
    const error = await errorOf(pool.run({ do: "big" }, soon()));
    expect(error).toMatchObject({
      code: "task-failed",
      payload: { message: expect.stringContaining("limit") },
    });
    expect(pool.snapshot().children).toMatchObject([{ id: child.id, state: "ready" }]);
  });

  it("fails alone when what it throws cannot be sent", async () => {
    const { pool } = openPool("tasks");
    const child = await readyChild({ pool, events: [], output: [] });
    for (const order of ["fail-unsendable", "fail-unreadable"]) {
      const error = await errorOf(pool.run({ do: order }, soon()));
      expect(error).toMatchObject({
        code: "task-failed",
        payload: { message: "The error cannot be sent." },
      });
    }
    expect(pool.snapshot().children).toMatchObject([{ id: child.id, state: "ready", tasksDone: 2 }]);
  });

  it("leaves no timer behind when it cannot be sent", async () => {
    const entry = fileURLToPath(fixture("supervisor-of-unsendable"));
    // It would go on for as long as the task may be silent.
    const { stdout } = await promisify(execFile)(process.execPath, [entry], { env: {}, timeout: 15_000 });
    expect(stdout).toBe("task-failed");
  });

  it("waits by priority, then by arrival", async () => {
    const { pool } = openPool("tasks");
    const order: string[] = [];
    const run = (name: string, priority?: number) =>
      pool.run({ do: "sleep", ms: 20 }, { ...soon(), priority }).then(() => order.push(name));
    await Promise.all([
      run("a"),
      run("b"),
      run("urgent", 5),
      run("c"),
      run("late", -1),
      run("urgent too", 5),
    ]);
    expect(order).toEqual(["urgent", "urgent too", "a", "b", "c", "late"]);
  });

  it("can ask for its child to be replaced", async () => {
    const { pool, events } = openPool("tasks");
    const first = (await pool.run({ do: "retire" }, soon())) as { pid: number };
    const second = (await pool.run({ do: "echo" }, soon())) as { pid: number };
    expect(second.pid).not.toBe(first.pid);
    expect(exits(events)).toMatchObject([{ reason: "recycle", code: 0 }]);
    expect(pool.snapshot().failures).toBe(0);
  });

  it("may write at length: lines come whole, bounded, and apart from the messages", async () => {
    const { pool, output } = openPool("tasks");
    await pool.run({ do: "say", value: '{"level":"info"}' }, soon());
    await pool.run({ do: "say", value: "x".repeat(1_000_000) }, soon());
    await until("both lines", 5_000, () => output.length >= 2);
    expect(output[0]).toBe('{"level":"info"}');
    expect(output[1]).toHaveLength(16 * 1024);
  });
});

describe("a task that does not end", () => {
  it("is stalled without progress, and is not while it makes some", async () => {
    const { pool } = openPool("tasks");
    await readyChild({ pool, events: [], output: [] });
    const alive = pool.run({ do: "tick", times: 8, ms: 150 }, { ...soon(), stallTimeoutMs: 1_000 });
    await expect(alive).resolves.toBe(8);
    expect((await errorOf(pool.run({ do: "hang" }, { ...soon(), stallTimeoutMs: 300 }))).code).toBe(
      "stalled",
    );
  });

  it("passes its deadline in the queue without harm to the child", async () => {
    const { pool } = openPool("tasks");
    const child = await readyChild({ pool, events: [], output: [] });
    const long = pool.run({ do: "sleep", ms: 800 }, soon());
    expect((await errorOf(pool.run({ do: "echo" }, { deadline: inMs(100) }))).code).toBe("deadline");
    expect((await errorOf(pool.run({ do: "echo" }, { deadline: inMs(-1) }))).code).toBe("deadline");
    await expect(long).resolves.toEqual({ pid: child.pid });
  });
});

describe("a cancelled task", () => {
  it("leaves the queue at once", async () => {
    const { pool } = openPool("tasks");
    const long = pool.run({ do: "sleep", ms: 300 }, soon());
    const controller = new AbortController();
    const waiting = errorOf(pool.run({ do: "echo" }, { ...soon(), signal: controller.signal }));
    controller.abort();
    expect((await waiting).code).toBe("cancelled");
    expect((await errorOf(pool.run({ do: "echo" }, { ...soon(), signal: controller.signal }))).code).toBe(
      "cancelled",
    );
    expect(pool.snapshot().queued).toBeLessThanOrEqual(1);
    await long;
  });

  it("ends by itself, and its child goes on", async () => {
    const { pool } = openPool("tasks");
    const child = await readyChild({ pool, events: [], output: [] });
    const controller = new AbortController();
    const running = errorOf(pool.run({ do: "sleep", ms: 20_000 }, { ...soon(), signal: controller.signal }));
    await sleep(100);
    controller.abort();
    expect((await running).code).toBe("cancelled");
    expect(pool.snapshot().children).toMatchObject([{ id: child.id, state: "ready" }]);
  });

  it("takes its child along when it does not listen, and is settled only then", async () => {
    const { pool, events } = openPool("tasks", { cancelGraceMs: 200 });
    const child = await readyChild({ pool, events, output: [] });
    const controller = new AbortController();
    const running = errorOf(pool.run({ do: "hang-deaf" }, { ...soon(), signal: controller.signal }));
    await sleep(100);
    controller.abort();
    expect((await running).code).toBe("cancelled");
    expect(isGroupAlive(child.pid!)).toBe(false);
    expect(exits(events)).toMatchObject([{ reason: "cancelled" }]);
  });

  it("has no grace beyond its deadline", async () => {
    const { pool, events } = openPool("tasks", { cancelGraceMs: 20_000 });
    await readyChild({ pool, events, output: [] });
    const controller = new AbortController();
    const options = { deadline: inMs(1_000), signal: controller.signal };
    const running = errorOf(pool.run({ do: "hang-deaf" }, options));
    await sleep(200);
    controller.abort();
    expect((await running).code).toBe("cancelled");
    expect(Date.now()).toBeLessThan(options.deadline + 3_000);
  });

  it("is settled only when its dying child is dead, whatever that still answers", async () => {
    const { pool, events } = openPool("tasks", { cancelGraceMs: 10_000 });
    const child = await readyChild({ pool, events, output: [] });
    const controller = new AbortController();
    const running = errorOf(pool.run({ do: "answer-and-stay" }, { ...soon(), signal: controller.signal }));
    await until("the start", 5_000, () => count(events, "task-started") === 1);
    await sleep(100);
    controller.abort();
    const closed = pool.close(Date.now());
    expect((await running).code).toBe("cancelled");
    expect(isGroupAlive(child.pid!)).toBe(false);
    await closed;
    expect(exits(events)).toMatchObject([{ reason: "closed", signal: "SIGKILL", tasksDone: 1 }]);
  });
});
