import { setTimeout as sleep } from "node:timers/promises";

import { expect, it } from "vitest";

import { type PoolEvent } from "../../src/index.ts";
import { isGroupAlive } from "../../src/process-group.ts";
import { count, errorOf, exits, inMs, openPool, readyChild, until } from "../harness.ts";
import { expectRecovery } from "./recovery.ts";

const soon = () => ({ deadline: inMs(20_000) });

it("F8: a pool that cannot start children says so", async (context) => {
  const failing = openPool("exits-at-import");
  expect(failing.pool.launchable).toBe(false);
  const test = openPool("tasks");
  const child = await readyChild(test);
  expect(test.pool.launchable).toBe(true);
  const killed = performance.now();
  process.kill(child.pid!, "SIGKILL");
  await until("the loss to show", 5_000, () => !test.pool.launchable);
  expectRecovery(context, performance.now() - killed, 5_000);
  await until("the replacement to show", 5_000, () => test.pool.launchable);
  expect(failing.pool.launchable).toBe(false);
});

it("F10: an idle child is killed", async (context) => {
  const test = openPool("tasks");
  const child = await readyChild(test);
  const killed = performance.now();
  process.kill(child.pid!, "SIGKILL");
  await until("its removal", 3_000, () => exits(test.events).length === 1);
  // Nothing was asked of the pool meanwhile.
  const next = await readyChild(test, 3_000);
  expectRecovery(context, performance.now() - killed, 3_000);
  expect(next.id).not.toBe(child.id);
  expect(test.pool.launchable).toBe(true);
});

it("F11: a child dies between being chosen for a task and taking it", async (context) => {
  const { pool, events } = openPool("tasks", { size: 2 });
  await until("two children", 10_000, () => count(events, "ready") === 2);
  const killed = performance.now();
  for (const child of pool.snapshot().children) process.kill(child.pid!, "SIGKILL");
  // In the same turn nobody knows yet: both children still count as ready.
  expect(pool.snapshot().children.map((child) => child.state)).toEqual(["ready", "ready"]);
  await expect(pool.run({ do: "echo", value: 4 }, soon())).resolves.toMatchObject({ value: 4 });
  expectRecovery(context, performance.now() - killed, 3_000);
  expect(count(events, "task-started")).toBe(1);
});

it("F12: hung work fills every place", async (context) => {
  const { pool, events } = openPool("tasks", { size: 2, killGraceMs: 2_000 });
  await until("two children", 10_000, () => count(events, "ready") === 2);
  const pids = pool.snapshot().children.map((child) => child.pid!);
  const started = performance.now();
  const deadline = inMs(1_000);
  const hung = [1, 2].map(() => errorOf(pool.run({ do: "hang-deaf" }, { deadline })));
  const next = pool.run({ do: "echo", value: 5 }, soon());
  expect((await Promise.all(hung)).map((error) => error.code)).toEqual(["deadline", "deadline"]);
  expect(pids.map(isGroupAlive)).toEqual([false, false]);
  expectRecovery(context, performance.now() - started, 1_000 + 3_000);
  expect(exits(events)).toMatchObject([
    { reason: "deadline", signal: "SIGKILL", from: "busy" },
    { reason: "deadline", signal: "SIGKILL", from: "busy" },
  ]);
  await expect(next).resolves.toMatchObject({ value: 5 });
});

it("F15: whoever watches the pool throws while it cleans up", async (context) => {
  const warnings: Error[] = [];
  const collect = (warning: Error): void => void warnings.push(warning);
  process.on("warning", collect);
  context.onTestFinished(() => void process.off("warning", collect));
  const seen: PoolEvent["type"][] = [];
  const { pool } = openPool("tasks", {
    onEvent: (event) => {
      seen.push(event.type);
      throw new Error("database down");
    },
  });
  const onProgress = (): never => {
    throw new Error("database down");
  };
  await expect(pool.run({ do: "tick", times: 2, ms: 1 }, { ...soon(), onProgress })).resolves.toBe(2);
  expect((await errorOf(pool.run({ do: "exit", value: 1 }, soon()))).code).toBe("worker-lost");
  const lost = performance.now();
  await until(
    "its place to be given away",
    5_000,
    () => seen.filter((type) => type === "spawned").length === 2,
  );
  expectRecovery(context, performance.now() - lost, 1_000);
  await expect(pool.run({ do: "echo", value: 3 }, soon())).resolves.toMatchObject({ value: 3 });
  await sleep(20);
  expect(seen.filter((type) => type === "task-settled")).toHaveLength(3);
  expect(warnings.map((warning) => warning.message)).toContain("database down");
});
