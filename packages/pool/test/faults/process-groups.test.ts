import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { expect, it, type TestContext } from "vitest";

import { isGroupAlive, signalGroup } from "../../src/process-group.ts";
import { count, errorOf, fixture, inMs, openPool, readyChild, until } from "../harness.ts";
import { expectRecovery } from "./recovery.ts";

const soon = () => ({ deadline: inMs(40_000) });

/** Waits until none of the groups lives; returns those that do after `timeoutMs`. */
async function outlive(pids: readonly number[], timeoutMs: number): Promise<readonly number[]> {
  let alive = pids;
  for (const end = Date.now() + timeoutMs; alive.length > 0 && Date.now() < end; await sleep(10)) {
    alive = alive.filter(isGroupAlive);
  }
  return alive;
}

it("F28: a child with a process of its own is killed", async (context) => {
  const { pool, events } = openPool("tasks");
  const { pid, grandchild } = (await pool.run({ do: "grandchild" }, soon())) as Record<
    "pid" | "grandchild",
    number
  >;
  expect(isGroupAlive(pid)).toBe(true);
  process.kill(grandchild, 0);
  const killed = performance.now();
  process.kill(pid, "SIGKILL");
  const orphans = await outlive([pid], 5_000);
  expectRecovery(context, performance.now() - killed, 2_000);
  expect(orphans).toEqual([]);
  await until("the exit", 3_000, () => count(events, "exit") === 1);
});

it("F37a: the pool is closed while its children hang and ignore SIGTERM", async (context) => {
  const test = openPool("tasks", { size: 2, killGraceMs: 2_000 });
  const running = [1, 2].map(() => errorOf(test.pool.run({ do: "hang-deaf" }, soon())));
  await until("both to run", 20_000, () => count(test.events, "task-started") === 2);
  const pids = test.pool.snapshot().children.map((child) => child.pid!);
  const closing = performance.now();
  await test.pool.close(inMs(5_000));
  expectRecovery(context, performance.now() - closing, 5_000);
  expect((await Promise.all(running)).map((error) => error.code)).toEqual(["closed", "closed"]);
  expect(pids.map(isGroupAlive)).toEqual([false, false]);
});

it("F37b: the pool is closed while an idle child ignores everything", async (context) => {
  const test = openPool("ignores-close", { killGraceMs: 2_000 });
  const child = await readyChild(test);
  const closing = performance.now();
  await test.pool.close(inMs(5_000));
  expectRecovery(context, performance.now() - closing, 5_000);
  expect(isGroupAlive(child.pid!)).toBe(false);
});

async function killSupervisor(context: TestContext, orders: readonly string[]): Promise<void> {
  const supervisor = spawn(process.execPath, [fileURLToPath(fixture("supervisor")), ...orders], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {},
  });
  context.onTestFinished(() => void supervisor.kill("SIGKILL"));
  const [line] = (await once(supervisor.stdout, "data", { signal: AbortSignal.timeout(20_000) })) as [Buffer];
  const pids = JSON.parse(line.toString()) as number[];
  expect(pids.map(isGroupAlive)).toEqual(orders.map(() => true));
  const killed = performance.now();
  supervisor.kill("SIGKILL");
  const orphans = await outlive(pids, 6_000);
  for (const pid of orphans) signalGroup(pid, "SIGKILL");
  expect(orphans).toEqual([]);
  expectRecovery(context, performance.now() - killed, 3_000);
}

it("F38a: the pool's own process is killed while its children hang with processes of their own", async (context) => {
  await killSupervisor(context, ["grandchild-and-hang", "hang-deaf"]);
});

it("F38b: the pool's own process is killed while the event loop of a child is blocked", async (context) => {
  await killSupervisor(context, ["spin"]);
});
