import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { isGroupAlive } from "../../src/process-group.ts";
import { count, errorOf, exits, inMs, openPool, readyChild, until } from "../harness.ts";
import { expectRecovery } from "./recovery.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const START_TIMEOUT_MS = 20_000;
const soon = () => ({ deadline: inMs(50_000) });

// These wait for the times that the pool has by default, all at once.
describe.concurrent("with the default times", { timeout: 60_000 }, () => {
  it("F2: a child blocks its event loop before its first message", async (context) => {
    const started = performance.now();
    const test = openPool("hangs-at-import", { killGraceMs: 2_000 }, context);
    const [{ pid } = { pid: undefined }] = test.pool.snapshot().children;
    const exit = await until("the exit", 30_000, () => exits(test.events)[0]);
    expectRecovery(context, performance.now() - started, START_TIMEOUT_MS + 1_000);
    expect(exit).toMatchObject({ reason: "start-timeout", from: "spawning", signal: "SIGTERM" });
    expect(isGroupAlive(pid!)).toBe(false);
    expect(test.pool.snapshot()).toMatchObject({ children: [], launchable: false });
  });

  it("F3: a child blocks before its first message and ignores SIGTERM", async (context) => {
    const started = performance.now();
    const test = openPool("hangs-deaf-at-import", { killGraceMs: 2_000 }, context);
    const [{ pid } = { pid: undefined }] = test.pool.snapshot().children;
    const exit = await until("the exit", 30_000, () => exits(test.events)[0]);
    expectRecovery(context, performance.now() - started, START_TIMEOUT_MS + 3_000);
    expect(exit).toMatchObject({ reason: "start-timeout", from: "spawning", signal: "SIGKILL" });
    expect(isGroupAlive(pid!)).toBe(false);
    expect(test.pool.snapshot().children).toEqual([]);
  });

  it("F7: work is given to a pool none of whose children can start", async (context) => {
    const { pool } = openPool("exits-at-import", { size: 2 }, context);
    const given = performance.now();
    const errors = await Promise.all([1, 2, 3].map(() => errorOf(pool.run({ do: "echo" }, soon()))));
    expectRecovery(context, performance.now() - given, 30_000);
    expect(errors.map((error) => error.code)).toEqual(["unavailable", "unavailable", "unavailable"]);
    expect(pool.snapshot()).toMatchObject({ launchable: false, queued: 0 });
    // Whoever comes later is told at once, or after the same time.
    expect((await errorOf(pool.run({ do: "echo" }, soon()))).code).toBe("unavailable");
  });

  it("F9: children crash while they start, again and again", async (context) => {
    const folder = temporaryFolder(context);
    const log = `${folder}/starts`;
    const started = performance.now();
    const env = { START_LOG: log, ALLOWED: `${folder}/allowed` };
    const { pool, events } = openPool("starts-when-allowed", { env, nice: 0 }, context);
    await until("the breaker to open", 15_000, () => count(events, "breaker-opened") > 0);
    expectRecovery(context, performance.now() - started, 10_000);
    await sleep(10_000 - (performance.now() - started));
    // Counted by the children themselves: at 0, 0.2, 0.6, 1.4, 3.0 and 6.2 s at the earliest.
    const forks = readFileSync(log, "utf8").trim().split("\n").length;
    expect(forks).toBeGreaterThanOrEqual(5);
    expect(forks).toBeLessThanOrEqual(6);
    const delays = events.flatMap((event) => (event.type === "backoff" ? [event.delayMs] : []));
    for (const [i, delayMs] of delays.entries()) {
      expect(delayMs).toBeGreaterThanOrEqual(200 * 2 ** i);
      expect(delayMs).toBeLessThanOrEqual(250 * 2 ** i);
    }
    // A trial may be on its way at this moment.
    expect(pool.snapshot()).toMatchObject({
      launchable: false,
      breaker: { state: expect.stringMatching(/^(open|trial)$/) },
    });
    expect(pool.snapshot().breaker.reason).toContain("start-failed");
  });

  it("F26: a child is stopped by SIGSTOP", async (context) => {
    const test = openPool("tasks", { killGraceMs: 2_000 }, context);
    const child = await readyChild(test);
    const stopped = performance.now();
    process.kill(child.pid!, "SIGSTOP");
    const exit = await until("the exit", 20_000, () => exits(test.events)[0]);
    expectRecovery(context, performance.now() - stopped, 13_000);
    expect(exit).toMatchObject({ reason: "ping", from: "ready", signal: "SIGKILL" });
    expect(isGroupAlive(child.pid!)).toBe(false);
    expect((await readyChild(test)).id).not.toBe(child.id);
  });

  it("F27: a task blocks its child's event loop", async (context) => {
    const test = openPool("tasks", { killGraceMs: 2_000 }, context);
    const child = await readyChild(test);
    const blocked = performance.now();
    const error = await errorOf(test.pool.run({ do: "spin" }, soon()));
    expectRecovery(context, performance.now() - blocked, 13_000);
    expect(error).toMatchObject({ code: "worker-lost", exit: { reason: "ping", signal: "SIGKILL" } });
    expect(isGroupAlive(child.pid!)).toBe(false);
    await expect(test.pool.run({ do: "echo", value: 1 }, soon())).resolves.toMatchObject({ value: 1 });
  });
});
