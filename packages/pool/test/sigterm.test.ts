import { describe, expect, it } from "vitest";

import { count, errorOf, exits, inMs, openPool, readyChild } from "./harness.ts";

const soon = () => ({ deadline: inMs(15_000) });

/** A pool whose child gets SIGTERM as soon as it has taken a task. */
async function runAndSignal(order: object) {
  const test = openPool("tasks");
  const { pid } = await readyChild(test);
  const result = test.pool.run(order, {
    ...soon(),
    onStarted: () => process.kill(pid!, "SIGTERM"),
  });
  return { ...test, result };
}

describe("a stranger's SIGTERM", () => {
  it("loses the child's task, which does not count as failed, and the next runs on a fresh child", async () => {
    const { pool, events, result } = await runAndSignal({ do: "sleep", ms: 10_000 });
    const error = await errorOf(result);
    expect(error).toMatchObject({
      code: "worker-lost",
      exit: { reason: "crash", from: "busy", code: null, signal: "SIGTERM" },
    });
    await expect(pool.run({ do: "echo", value: 1 }, soon())).resolves.toMatchObject({ value: 1 });
    expect(exits(events)).toMatchObject([{ reason: "crash" }]);
    expect(count(events, "backoff")).toBe(0);
  });

  it("leaves a task that does not listen the time to give its result", async () => {
    const { result } = await runAndSignal({ do: "tick", times: 3, ms: 100 });
    await expect(result).resolves.toBe(3);
  });

  it("is not what a caller hears of whose task is ended by the pool's close", async () => {
    const test = openPool("tasks");
    await readyChild(test);
    const running = errorOf(test.pool.run({ do: "sleep", ms: 10_000 }, soon()));
    await test.pool.close(Date.now());
    expect((await running).code).toBe("closed");
  });
});
