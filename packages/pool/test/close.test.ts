import { describe, expect, it } from "vitest";

import { type PoolError } from "../src/index.ts";
import { isGroupAlive } from "../src/process-group.ts";
import { count, errorOf, exits, inMs, openPool, readyChild } from "./harness.ts";

const soon = () => ({ deadline: inMs(20_000) });

describe("close", () => {
  it("refuses what waits, and lets what runs finish", async () => {
    const test = openPool("tasks");
    await readyChild(test);
    const running = test.pool.run({ do: "sleep", ms: 500 }, soon());
    const waiting = errorOf(test.pool.run({ do: "echo" }, soon()));
    const closed = test.pool.close();
    expect((await waiting).code).toBe("closed");
    expect((await errorOf(test.pool.run({ do: "echo" }, soon()))).code).toBe("closed");
    await expect(running).resolves.toBeDefined();
    await closed;
    expect(test.pool.close()).toBe(test.pool.close());
    expect(test.pool.snapshot()).toMatchObject({ children: [], launchable: false });
    expect(exits(test.events)).toMatchObject([{ reason: "closed", code: 0 }]);
  });

  it("takes nothing from those who hear that it closes, and closes once for them too", async () => {
    let late: Promise<PoolError> | undefined;
    let again: Promise<void> | undefined;
    const test = openPool("tasks", {
      onEvent: ({ type }) => {
        if (type !== "task-settled") return;
        late ??= errorOf(test.pool.run({ do: "echo" }, soon()));
        again ??= test.pool.close();
      },
    });
    const waiting = errorOf(test.pool.run({ do: "echo" }, soon()));
    const closed = test.pool.close();
    expect((await waiting).code).toBe("closed");
    expect((await late)?.code).toBe("closed");
    expect(again).toBe(closed);
    await closed;
  });

  it("ends children that are still starting, and starts no more", async () => {
    const test = openPool("hangs-at-import", { size: 2 });
    // Until a first child has worked, one is started at a time.
    const pids = test.pool.snapshot().children.map((child) => child.pid!);
    await test.pool.close();
    expect(pids.map(isGroupAlive)).toEqual([false]);
    expect(exits(test.events)).toMatchObject([{ reason: "closed" }]);
    expect(count(test.events, "spawned")).toBe(1);
  });
});
