import { expect, it } from "vitest";

import { count, exits, openPool, readyChild, until } from "./harness.ts";

it("a later line that is no message ends the child, not the pool", async () => {
  const { events } = openPool("garbage-after-ready");
  const exit = await until("the exit", 5_000, () => exits(events)[0]);
  expect(exit.reason).toBe("protocol");
  expect(exit.detail).toContain("{garbage}");
});

it("failures are forgotten once a child has been ready for a while", async () => {
  const test = openPool("tasks", { steadyAfterMs: 300 });
  const child = await readyChild(test);
  process.kill(child.pid!, "SIGKILL");
  await until("the failure", 3_000, () => test.pool.snapshot().failures === 1);
  await until("it to be forgotten", 10_000, () => test.pool.snapshot().failures === 0);
  expect((await readyChild(test)).id).not.toBe(child.id);
});

it("a child that is being ended proves nothing", async () => {
  const times = { maxAgeMs: 1, watchIntervalMs: 50, killGraceMs: 1_000, steadyAfterMs: 1_500 };
  const { events } = openPool("ignores-close", times);
  // It is asked to leave at once, gets SIGTERM after 1 s and SIGKILL after 2 s.
  const exit = await until("the exit", 10_000, () => exits(events)[0]);
  expect(exit).toMatchObject({ reason: "recycle", from: "draining", signal: "SIGKILL", tasksDone: 0 });
  expect(count(events, "backoff")).toBe(1);
});
