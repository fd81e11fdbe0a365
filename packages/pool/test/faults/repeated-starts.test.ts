import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, it } from "vitest";

import type { ChildState } from "../../src/index.ts";
import { count, exits, inMs, openPool, until } from "../harness.ts";
import { expectRecovery } from "./recovery.ts";
import { temporaryFolder } from "./temporary-folder.ts";

it("F5: children exit right after a good start, 200 times", async (context) => {
  const strays: unknown[] = [];
  const collect = (error: unknown): void => void strays.push(error);
  process.on("unhandledRejection", collect);
  process.on("uncaughtException", collect);
  context.onTestFinished(() => {
    process.off("unhandledRejection", collect);
    process.off("uncaughtException", collect);
  });
  const { pool, events } = openPool("exits-after-ready", {
    size: 4,
    steadyAfterMs: 0,
    env: { NODE_COMPILE_CACHE: temporaryFolder(context) },
  });
  const rounds = (): number => exits(events).filter((exit) => exit.from !== "spawning").length;
  // A task that comes in between loses every race, too.
  while (rounds() < 200) {
    expect(count(events, "spawned")).toBeLessThan(1_000);
    await pool.run({ do: "echo" }, { deadline: inMs(200) }).catch(() => undefined);
  }
  await pool.close(Date.now());
  await sleep(50);
  expect(strays).toEqual([]);
  expect(pool.snapshot()).toMatchObject({ children: [], queued: 0 });
}, 180_000);

it("F6: 100 starts fail, and then the children can start again", async (context) => {
  const folder = temporaryFolder(context);
  const [log, allowed] = [`${folder}/starts`, `${folder}/allowed`];
  const env = { START_LOG: log, ALLOWED: allowed, NODE_COMPILE_CACHE: folder };
  const { pool, events } = openPool("starts-when-allowed", { size: 8, env, steadyAfterMs: 100, nice: 0 });
  const failures = (): number => exits(events).filter(({ reason }) => reason === "start-failed").length;
  const inState = (state: ChildState) => pool.snapshot().children.filter((child) => child.state === state);
  let slowestMs = 0;
  while (failures() < 100) {
    await until("all starts to fail", 20_000, () => pool.snapshot().children.length === 0);
    writeFileSync(allowed, "");
    const recovering = performance.now();
    await until("all places to be taken", 20_000, () => inState("ready").length === 8);
    const result = await pool.run({ do: "echo", value: 1 }, { deadline: inMs(5_000) });
    slowestMs = Math.max(slowestMs, performance.now() - recovering);
    expect(result).toMatchObject({ value: 1 });
    expect(pool.snapshot().children).toHaveLength(8);
    await until("the failures to be forgotten", 5_000, () => pool.snapshot().failures === 0);
    // Once all have proved themselves, they are replaced at once, and fail together.
    await sleep(150);
    rmSync(allowed);
    for (const { pid } of inState("ready")) process.kill(pid!, "SIGKILL");
  }
  expectRecovery(context, slowestMs, 5_000);
  expect(readFileSync(log, "utf8").trim().split("\n").length).toBeLessThanOrEqual(count(events, "spawned"));
}, 180_000);
