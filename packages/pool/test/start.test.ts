import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, describe, expect, it } from "vitest";

import { count, exits, inMs, openPool, readyChild, until } from "./harness.ts";

describe("a start that fails settles, and frees the slot", () => {
  it("fault 1: the child exits before its first message", async () => {
    const { pool, events } = openPool("exits-at-import");
    const exit = await until("the exit", 5_000, () => exits(events)[0]);
    expect(exit).toMatchObject({ reason: "start-failed", from: "spawning", code: 3, signal: null });
    expect(exit.stderrTail).toContain("cannot start");
    expect(pool.snapshot()).toMatchObject({ launchable: false, children: [] });
    expect(pool.snapshot().failures).toBeGreaterThan(0);
  });

  it("fault 2: the child hangs before its first message", async () => {
    const started = Date.now();
    const { events } = openPool("hangs-at-import", { startTimeoutMs: 500 });
    const exit = await until("the exit", 5_000, () => exits(events)[0]);
    expect(exit).toMatchObject({ reason: "start-timeout", signal: "SIGTERM" });
    expect(Date.now() - started).toBeLessThan(500 + 1_000);
  });

  it("fault 3: the child hangs before its first message and ignores SIGTERM", async () => {
    const started = Date.now();
    // The fixture needs a moment until it ignores the signal.
    const { events } = openPool("hangs-deaf-at-import", { startTimeoutMs: 2_500, killGraceMs: 2_000 });
    const exit = await until("the exit", 10_000, () => exits(events)[0]);
    expect(exit).toMatchObject({ reason: "start-timeout", signal: "SIGKILL" });
    expect(Date.now() - started).toBeLessThan(2_500 + 3_000);
  });

  it("fault 4: the first message is the wrong one", async () => {
    const { events } = openPool("wrong-first-message");
    const exit = await until("the exit", 5_000, () => exits(events)[0]);
    expect(exit).toMatchObject({ reason: "protocol", from: "spawning" });
  });

  it("a later line that is no message ends the child, not the pool", async () => {
    const { events } = openPool("garbage-after-ready");
    const exit = await until("the exit", 5_000, () => exits(events)[0]);
    expect(exit.reason).toBe("protocol");
    expect(exit.detail).toContain("{garbage}");
  });
});

describe("races around a start", () => {
  const strays: unknown[] = [];
  const collect = (error: unknown): void => void strays.push(error);
  afterEach(() => {
    process.off("unhandledRejection", collect);
    process.off("uncaughtException", collect);
  });

  it("fault 5: exits right after a good start leave no unhandled rejection", async () => {
    process.on("unhandledRejection", collect);
    process.on("uncaughtException", collect);
    const { pool, events } = openPool("exits-after-ready", { size: 4, steadyAfterMs: 0 });
    // Each death is followed by a new start: thirty rounds of ready, exit and start deadline against each other.
    await until("thirty exits", 25_000, () => exits(events).length >= 30);
    await pool.close(Date.now());
    await sleep(50);
    expect(strays).toEqual([]);
    expect(count(events, "ready")).toBeGreaterThan(0);
    expect(pool.snapshot().children).toEqual([]);
  });
});

describe("failures in a row", () => {
  const dir = mkdtempSync(join(tmpdir(), "pool-start-"));
  const [log, allowed] = [join(dir, "starts"), join(dir, "allowed")];
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it("fault 6: failed starts leak no slot", async () => {
    const { pool, events } = openPool("starts-when-allowed", {
      size: 3,
      env: { START_LOG: log, ALLOWED: allowed },
    });
    await until("a few failures", 15_000, () => exits(events).length >= 6);
    writeFileSync(allowed, "");
    await until(
      "all children",
      20_000,
      () => pool.snapshot().children.filter((c) => c.state === "ready").length === 3,
    );
    await expect(pool.run({ do: "echo", value: 1 }, { deadline: inMs(5_000) })).resolves.toMatchObject({
      value: 1,
    });
    expect(pool.snapshot()).toMatchObject({ launchable: true, failures: 0 });
    expect(readFileSync(log, "utf8").trim().split("\n")).toHaveLength(count(events, "spawned"));
  });

  it("fault 9: a crash at import makes no fork storm", async () => {
    const { events } = openPool("exits-at-import");
    await sleep(5_000);
    // Starts at 0, 0.2, 0.6, 1.4 and 3.0 s at the earliest; the next at 6.2 s.
    expect(count(events, "spawned")).toBeGreaterThanOrEqual(3);
    expect(count(events, "spawned")).toBeLessThanOrEqual(5);
    const delays = events.flatMap((event) => (event.type === "backoff" ? [event.delayMs] : []));
    for (const [i, delayMs] of delays.entries()) {
      expect(delayMs).toBeGreaterThanOrEqual(200 * 2 ** i);
      expect(delayMs).toBeLessThanOrEqual(250 * 2 ** i);
    }
  });

  it("forgets failures once a child has been ready for a while", async () => {
    const test = openPool("tasks", { steadyAfterMs: 300 });
    const child = await readyChild(test);
    process.kill(child.pid!, "SIGKILL");
    await until("the failure", 3_000, () => test.pool.snapshot().failures === 1);
    await until("it to be forgotten", 10_000, () => test.pool.snapshot().failures === 0);
    expect((await readyChild(test)).id).not.toBe(child.id);
  });
});
