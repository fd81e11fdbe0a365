import { expect, it } from "vitest";

import type { ChildExit } from "../../src/index.ts";
import { count, exits, openPool, until } from "../harness.ts";
import { expectRecovery } from "./recovery.ts";

/** How long ago the child did what it did wrong, by its own word. */
const sinceFault = ({ stderrTail }: ChildExit): number =>
  Date.now() - Number(/at (\d+)\n/.exec(stderrTail)?.[1]);

it("F1: a child exits before its first message", async (context) => {
  const { pool, events } = openPool("exits-at-import");
  const exit = await until("the exit", 5_000, () => exits(events)[0]);
  expectRecovery(context, sinceFault(exit), 1_000);
  expect(exit).toMatchObject({ reason: "start-failed", from: "spawning", code: 3, signal: null });
  expect(exit.stderrTail).toContain("cannot start");
  expect(pool.snapshot()).toMatchObject({ launchable: false, failures: 1, children: [] });
  expect(count(events, "backoff")).toBe(1);
});

it("F4: a child's first message is the wrong one", async (context) => {
  const { pool, events } = openPool("wrong-first-message");
  const exit = await until("the exit", 5_000, () => exits(events)[0]);
  expectRecovery(context, sinceFault(exit), 1_000);
  expect(exit).toMatchObject({ reason: "protocol", from: "spawning" });
  expect(pool.snapshot().children).toEqual([]);
});
