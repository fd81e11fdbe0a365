import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { errorOf, inMs, openPool, readyChild, until } from "./harness.ts";

describe("without a launchable child", () => {
  it("a task is refused after the acquire timeout, never left pending", async () => {
    const { pool } = openPool("exits-at-import", { acquireTimeoutMs: 800 });
    const started = Date.now();
    const error = await errorOf(pool.run({ do: "echo" }, { deadline: inMs(20_000) }));
    expect(error.code).toBe("unavailable");
    expect(Date.now() - started).toBeLessThan(3_000);
    expect(pool.snapshot()).toMatchObject({ launchable: false, queued: 0 });
  });
});

it("a child that is only being replaced does not count as a loss", async () => {
  const test = openPool("tasks");
  const deadline = inMs(15_000);
  const seen = new Set<boolean>();
  await readyChild(test);
  await test.pool.run({ do: "retire" }, { deadline });
  await until("the replacement", 10_000, () => {
    seen.add(test.pool.launchable);
    return test.pool.snapshot().children.some((child) => child.state === "ready");
  });
  expect([...seen]).toEqual([true]);
});

it("a replacement may take its time to start", async () => {
  const test = openPool("tasks", {
    onEvent: (event) => {
      if (event.type === "spawned" && event.childId > 1) process.kill(event.pid!, "SIGSTOP");
    },
  });
  await readyChild(test);
  await test.pool.run({ do: "retire" }, { deadline: inMs(15_000) });
  const next = await until("the replacement", 5_000, () =>
    test.pool.snapshot().children.find((child) => child.state === "spawning"),
  );
  await sleep(5_500);
  expect(test.pool.launchable).toBe(true);
  process.kill(next.pid!, "SIGCONT");
  await readyChild(test);
});

it("a task that waits for busy children waits longer than the acquire timeout", async () => {
  const test = openPool("tasks", { acquireTimeoutMs: 200 });
  await readyChild(test);
  const busy = test.pool.run({ do: "sleep", ms: 1_000 }, { deadline: inMs(10_000) });
  await expect(test.pool.run({ do: "echo", value: 5 }, { deadline: inMs(10_000) })).resolves.toMatchObject({
    value: 5,
  });
  await busy;
});
