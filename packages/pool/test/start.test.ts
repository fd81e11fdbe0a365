import { expect, it } from "vitest";

import { exits, openPool, readyChild, until } from "./harness.ts";

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
