import { monitorEventLoopDelay } from "node:perf_hooks";

import { describe, expect, it } from "vitest";

import { createIntake } from "../src/intake.ts";
import type { Flood } from "./fixtures/floods.ts";
import { errorOf, inMs, openPool, readyChild } from "./harness.ts";

describe("intake", () => {
  it("tells once of too many pieces, and admits no more", () => {
    const faults: string[] = [];
    const intake = createIntake((what) => faults.push(what));
    for (let i = 0; i < 20_000; i += 1) expect(intake.admit()).toBe(true);
    expect([intake.admit(), intake.admit()]).toEqual([false, false]);
    expect(faults).toEqual(["more than 20,000 messages and lines within 2 s"]);
  });

  it("counts bytes, not characters", () => {
    const faults: string[] = [];
    const intake = createIntake((what) => faults.push(what));
    const text = "é".repeat(1024 * 1024);
    for (let i = 0; i < 8; i += 1) intake.take(text);
    expect(faults).toEqual([]);
    intake.take(text);
    expect(faults).toEqual(["more than 16 MiB within 2 s"]);
  });
});

describe("a child that sends more than it should", () => {
  const floods: readonly [Flood, RegExp][] = [
    ["messages", /20,000 messages/],
    ["lines", /20,000 messages and lines/],
    ["bytes", /16 MiB/],
    ["one message", /a message that is too long/],
  ];

  it.each(floods)("is killed, and the pool's loop turns on: %s", async (flood, detail) => {
    const { pool, events, output } = openPool("floods");
    await readyChild({ pool, events, output });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const started = Date.now();
    const error = await errorOf(pool.run(flood, { deadline: inMs(20_000) }));
    delay.disable();
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(error).toMatchObject({ code: "worker-lost", exit: { reason: "protocol", from: "busy" } });
    expect(error.exit?.detail).toMatch(detail);
    expect(delay.max / 1e6).toBeLessThan(100);
    expect(output.length).toBeLessThanOrEqual(20_000);
  });
});
