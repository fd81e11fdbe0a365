import { expect, it } from "vitest";

import { isGroupAlive } from "../../src/process-group.ts";
import { count, errorOf, exits, inMs, openPool, readyChild, until } from "../harness.ts";
import { expectRecovery } from "./recovery.ts";

const MIB = 1024 * 1024;
const soon = () => ({ deadline: inMs(20_000) });

it("F25: a child's JavaScript heap is full", async (context) => {
  const { pool } = openPool("tasks", { execArgv: ["--max-old-space-size=64"] });
  await readyChild({ pool, events: [], output: [] });
  const error = await errorOf(pool.run({ do: "grow" }, soon()));
  const lost = performance.now();
  expect(error).toMatchObject({ code: "worker-lost", exit: { reason: "oom", signal: "SIGABRT" } });
  await expect(pool.run({ do: "echo", value: 1 }, soon())).resolves.toMatchObject({ value: 1 });
  expectRecovery(context, performance.now() - lost, 5_000);
});

it("F34: the processes of a child hold more and more memory", async () => {
  const { pool, events } = openPool("tasks", { maxMemoryBytes: 300 * MIB, watchIntervalMs: 200 });
  const pids: number[] = [];
  // Each task leaves a process with 100 MiB: after a few, the child is replaced between two tasks.
  while (new Set(pids).size < 2) {
    expect(pids.length).toBeLessThan(5);
    const { pid } = (await pool.run({ do: "creep", value: 100 }, soon())) as { pid: number };
    pids.push(pid);
    const held = (): number => pool.snapshot().children[0]?.memoryBytes ?? 0;
    await until(
      "its memory to be seen",
      5_000,
      () => held() > pids.length * 100 * MIB || count(events, "exit") > 0,
    );
  }
  expect(exits(events)).toMatchObject([{ reason: "recycle", detail: expect.stringContaining("300 MiB") }]);
  expect(isGroupAlive(pids[0]!)).toBe(false);
  expect(pool.snapshot()).toMatchObject({ launchable: true, failures: 0 });
});

it("F36: children flood the pool with messages, with output, or with one message of 100 MiB", async (context) => {
  const before = process.memoryUsage().rss;
  let peak = before;
  const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
  context.onTestFinished(() => clearInterval(sampler));
  let slowestMs = 0;
  for (const flood of ["flood-messages", "flood-output", "huge-message"]) {
    const { pool } = openPool("tasks", {}, context);
    const child = await readyChild({ pool, events: [], output: [] });
    const started = performance.now();
    const error = await errorOf(pool.run({ do: flood }, soon()));
    slowestMs = Math.max(slowestMs, performance.now() - started);
    expect(error).toMatchObject({ code: "worker-lost", exit: { reason: "protocol" } });
    expect(isGroupAlive(child.pid!)).toBe(false);
    await expect(pool.run({ do: "echo", value: 1 }, soon())).resolves.toMatchObject({ value: 1 });
  }
  expectRecovery(context, slowestMs, 5_000);
  expect(peak - before).toBeLessThan(100 * MIB);
});
