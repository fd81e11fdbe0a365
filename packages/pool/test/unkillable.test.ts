import { randomUUID } from "node:crypto";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";

import { expect, it, type TestContext } from "vitest";

import { count, errorOf, inMs, openPool, readyChild, until } from "./harness.ts";

const FREEZER = "/sys/fs/cgroup/freezer";

/** Has the kernel hold a process so that not even SIGKILL ends it, until `thaw`. Undefined where that is not allowed. */
function freeze(pid: number, context: TestContext): (() => void) | undefined {
  const folder = `${FREEZER}/framewright-test-${randomUUID()}`;
  const set = (state: "FROZEN" | "THAWED"): void => writeFileSync(`${folder}/freezer.state`, state);
  try {
    mkdirSync(folder);
    writeFileSync(`${folder}/cgroup.procs`, String(pid));
    set("FROZEN");
  } catch {
    return undefined;
  }
  context.onTestFinished(() => {
    set("THAWED");
    rmdirSync(folder);
  });
  return () => set("THAWED");
}

it("a task is let go when its child's group cannot be ended, as lost and not as stalled", async (context) => {
  const test = openPool("tasks", {}, context);
  const { pool, events } = test;
  const child = await readyChild(test);
  const { grandchild } = (await pool.run({ do: "grandchild" }, { deadline: inMs(10_000) })) as {
    grandchild: number;
  };
  const thaw = freeze(grandchild, context);
  if (!thaw) return context.skip("no right to freeze a process (cgroup v1)");
  const running = errorOf(pool.run({ do: "hang" }, { deadline: inMs(60_000), stallTimeoutMs: 1_500 }));
  await until("the start", 5_000, () => count(events, "task-started") === 2);
  const killed = performance.now();
  process.kill(child.pid!, "SIGKILL");
  expect(await running).toMatchObject({ code: "worker-lost", exit: { from: "busy", signal: "SIGKILL" } });
  expect(performance.now() - killed).toBeLessThan(7_000);
  expect(pool.snapshot().children).toMatchObject([{ id: child.id, state: "dying", taskId: undefined }]);
  thaw();
  expect((await readyChild(test)).id).not.toBe(child.id);
  expect(count(events, "task-settled")).toBe(2);
});
