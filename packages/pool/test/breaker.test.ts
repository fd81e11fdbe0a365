import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { createBreaker } from "../src/breaker.ts";
import { count, errorOf, inMs, openPool, readyChild, until } from "./harness.ts";

const soon = () => ({ deadline: inMs(20_000) });

/** A pool whose children start once `allow` has been called, and no more after `forbid`. */
function openSwitched(options: Parameters<typeof openPool>[1]) {
  const dir = mkdtempSync(join(tmpdir(), "pool-breaker-"));
  const allowed = join(dir, "allowed");
  const test = openPool("starts-when-allowed", {
    env: { START_LOG: join(dir, "starts"), ALLOWED: allowed },
    ...options,
  });
  return {
    ...test,
    allow: () => writeFileSync(allowed, ""),
    forbid: () => rmSync(allowed),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

describe("breaker", () => {
  it("opens after failures in a row, is tried, and closes by a proof only", () => {
    const breaker = createBreaker(2);
    expect(breaker.fail(1, "first")).toBe(false);
    breaker.attempt();
    expect(breaker.snapshot).toMatchObject({ state: "closed", reason: undefined });
    expect(breaker.fail(2, "second")).toBe(true);
    expect(breaker.snapshot).toMatchObject({ state: "open", reason: "second" });
    breaker.attempt();
    expect(breaker.snapshot).toMatchObject({ state: "trial", reason: "second" });
    expect(breaker.fail(3, "third")).toBe(false);
    expect(breaker.snapshot).toMatchObject({ state: "open", reason: "third" });
    breaker.attempt();
    expect(breaker.prove()).toBe(true);
    expect(breaker.prove()).toBe(false);
    expect(breaker.snapshot).toMatchObject({ state: "closed", reason: undefined });
  });
});

describe("when children keep failing to start", () => {
  it("gives back what waits, with the reason, and refuses what comes", async () => {
    const { pool, events } = openPool("exits-at-import", { breakerFailures: 3 });
    const started = Date.now();
    const waiting = await errorOf(pool.run({ do: "echo" }, soon()));
    // The starts are at 0, 0.2 and 0.6 s, the acquire timeout is 30 s.
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(waiting).toMatchObject({ code: "unavailable", exit: { reason: "start-failed", code: 3 } });
    expect(waiting.message).toContain("start-failed, code 3: cannot start");
    const asked = performance.now();
    expect(await errorOf(pool.run({ do: "echo" }, soon()))).toMatchObject({ code: "unavailable" });
    expect(performance.now() - asked).toBeLessThan(50);
    const reason: unknown = expect.stringContaining("start-failed, code 3: cannot start");
    expect(pool.snapshot()).toMatchObject({
      launchable: false,
      queued: 0,
      breaker: { state: "open", reason },
    });
    const opened = events.filter((event) => event.type === "breaker-opened");
    expect(opened).toEqual([{ type: "breaker-opened", failures: 3, reason }]);
  });

  it("starts one at a time, also before the first success", async () => {
    const { events } = openPool("exits-at-import", { size: 4 });
    await until("the second start", 5_000, () => count(events, "spawned") >= 2);
    const types = events.map((event) => event.type).filter((type) => type === "spawned" || type === "exit");
    expect(types.slice(0, 3)).toEqual(["spawned", "exit", "spawned"]);
  });

  it("is tried on the timer, and works again once a child has done a task", async () => {
    const test = openSwitched({ breakerFailures: 2, steadyAfterMs: 60_000 });
    await until("the breaker", 10_000, () => test.pool.snapshot().breaker.state === "open");
    test.allow();
    await readyChild(test);
    // The child that was started for a trial has yet to prove itself.
    expect(test.pool.snapshot()).toMatchObject({ launchable: false, breaker: { state: "trial" } });
    await expect(test.pool.run({ do: "echo", value: 1 }, soon())).resolves.toMatchObject({ value: 1 });
    expect(test.pool.snapshot()).toMatchObject({
      launchable: true,
      failures: 0,
      breaker: { state: "closed" },
    });
    expect(count(test.events, "breaker-closed")).toBe(1);
    test.remove();
  });

  it("works again by itself once a child has been ready for a while", async () => {
    const test = openSwitched({ breakerFailures: 2, steadyAfterMs: 300 });
    await until("the breaker", 10_000, () => test.pool.snapshot().breaker.state === "open");
    test.allow();
    await until("the breaker to close", 10_000, () => test.pool.snapshot().breaker.state === "closed");
    expect(test.pool.launchable).toBe(true);
    test.remove();
  });

  it("goes on with the children that are left", async () => {
    const test = openSwitched({ size: 2, breakerFailures: 2, steadyAfterMs: 300 });
    test.allow();
    await until("two proven children", 15_000, () => count(test.events, "ready") === 2);
    await test.pool.run({ do: "sleep", ms: 500 }, soon());
    test.forbid();
    const [first] = test.pool.snapshot().children;
    process.kill(first!.pid!, "SIGKILL");
    await until("the breaker", 10_000, () => test.pool.snapshot().breaker.state === "open");
    expect(test.pool.launchable).toBe(true);
    await expect(test.pool.run({ do: "echo", value: 2 }, soon())).resolves.toMatchObject({ value: 2 });
    // A task of a child that was there before says nothing about starting.
    expect(test.pool.snapshot().breaker.state).not.toBe("closed");
    const running = errorOf(test.pool.run({ do: "exit", value: 1 }, soon()));
    const waiting = errorOf(test.pool.run({ do: "echo" }, soon()));
    expect((await running).code).toBe("worker-lost");
    expect((await waiting).code).toBe("unavailable");
    test.remove();
  });
});

it("a child that ends at once ends its thread too, and does not hang at its start", async () => {
  const { events } = openPool("ends-at-import");
  const exit = await until("the exit", 5_000, () =>
    events.flatMap((event) => (event.type === "exit" ? [event.exit] : [])).at(0),
  );
  expect(exit).toMatchObject({ reason: "start-failed", code: 0, signal: null, tasksDone: 0 });
});
