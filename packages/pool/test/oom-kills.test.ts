import { describe, expect, it } from "vitest";

import { watchOomKills } from "../src/oom-kills.ts";
import { count, errorOf, inMs, openPool, readyChild, until } from "./harness.ts";

const counter = watchOomKills(process.pid).hasKilled();

describe("a SIGKILL that is not ours", () => {
  it.skipIf(counter === undefined)(
    "is no want of memory while the kernel counts none (skipped: no counter in the cgroup)",
    async () => {
      const { pool, events } = openPool("tasks");
      const child = await readyChild({ pool, events, output: [] });
      const running = errorOf(pool.run({ do: "hang" }, { deadline: inMs(20_000) }));
      await until("its start", 5_000, () => count(events, "task-started") === 1);
      process.kill(child.pid!, "SIGKILL");
      expect(await running).toMatchObject({ exit: { reason: "crash", signal: "SIGKILL" } });
    },
  );

  it("is of unknown cause where no counter can be read", () => {
    expect(watchOomKills(2 ** 30).hasKilled()).toBeUndefined();
  });
});
