import { expect, test } from "vitest";

import { createUntouchedWork, type UntouchedWork } from "../../src/health/untouched-work.ts";
import { longestSilenceMs, viewWork } from "../../src/health/view-work.ts";
import type { Load } from "../../src/renders/watch-load.ts";

const IDLE = { hasStartable: false, expectsProgress: false };
const BUSY = { hasStartable: false, expectsProgress: true };
const STARTABLE = { hasStartable: true, expectsProgress: false };

/** A watch with bounds of 60 s and 75 s, on a clock that the test turns. */
function openWatch(): { work: UntouchedWork; pass: (seconds: number) => void } {
  let nowMs = 0;
  const work = createUntouchedWork({ boundMs: 60_000, silenceMs: 75_000, now: () => nowMs });
  return { work, pass: (seconds) => (nowMs += seconds * 1000) };
}

test("an idle service has no untouched work, however long it idles", () => {
  const { work, pass } = openWatch();
  pass(10_000);
  expect(work.look(IDLE)).toBeNull();
  pass(10);
  expect(work.look(BUSY)).toBeNull();
});

test("work that waits beside a free place is untouched after the bound, whatever else moves", () => {
  const { work, pass } = openWatch();
  expect(work.look(STARTABLE)).toBeNull();
  pass(59);
  work.moved();
  expect(work.look(STARTABLE)).toBeNull();
  pass(2);
  expect(work.look(STARTABLE)).toBe(61_000);
  expect(work.look(IDLE)).toBeNull();
  expect(work.look(STARTABLE)).toBeNull();
});

test("running work is untouched when none of it has moved for longer than it may be silent", () => {
  const { work, pass } = openWatch();
  pass(70);
  work.moved();
  pass(74);
  expect(work.look(BUSY)).toBeNull();
  pass(2);
  expect(work.look(BUSY)).toBe(76_000);
  work.moved();
  expect(work.look(BUSY)).toBeNull();
});

type Child = Parameters<typeof viewWork>[2]["children"][number];
type Doing = Load["doing"];
const child = (state: "ready" | "busy") => ({ state }) as Child;
/** What a service of two places sees. */
const view = (
  load: Partial<Load>,
  pool: { states: readonly ("ready" | "busy")[]; queued?: number },
  held = false,
) =>
  viewWork({ waiting: 0, running: 0, runnable: 0, doing: [], ...load }, held, {
    size: 2,
    queued: pool.queued ?? 0,
    children: pool.states.map(child),
  });

test.each([
  ["a long queue behind busy workers", 500, ["capture", "capture"], ["busy", "busy"], 40, false],
  ["a queue though a place is free", 1, ["capture"], ["busy", "ready"], 0, true],
  ["a queue whose next work has its place already", 1, ["capture", "plan"], ["busy", "ready"], 0, false],
  ["a task though a worker is free", 0, ["capture", "capture"], ["busy", "ready"], 1, true],
  ["work while no worker is there", 3, ["capture"], [], 1, false],
  ["nothing", 0, [], ["ready", "ready"], 0, false],
] as const)("%s: %i runnable, %j, workers %j", (_, runnable, doing: Doing, states, queued, hasStartable) => {
  expect(view({ runnable, doing }, { states, queued }).hasStartable).toBe(hasStartable);
});

test("renders that wait for their turn are not startable while nothing of them is in the queue", () => {
  expect(view({ waiting: 9, running: 9 }, { states: ["ready", "ready"] }).hasStartable).toBe(false);
});

test.each([
  ["capture advances", ["capture"], true],
  ["a plan advances", ["plan"], true],
  ["what joins, checks and stores tells of no progress", ["assemble", "assemble"], false],
  ["capture beside it does", ["assemble", "capture"], true],
  ["nothing runs", [], false],
] as const)("%s: progress is expected of %j", (_, doing: Doing, expectsProgress) => {
  expect(view({ doing }, { states: ["ready"] }).expectsProgress).toBe(expectsProgress);
});

test("what the service itself holds is not startable", () => {
  expect(view({ runnable: 3 }, { states: ["ready"] }).hasStartable).toBe(true);
  expect(view({ runnable: 3 }, { states: ["ready"] }, true).hasStartable).toBe(false);
});

test("silence is borne for longer than any single step may take", () => {
  const limits = {
    untouchedMs: 60_000,
    planTimeoutMs: 60_000,
    readyTimeoutMs: 30_000,
    frameTimeoutMs: 30_000,
  };
  expect(longestSilenceMs(limits)).toBe(95_000);
  expect(longestSilenceMs({ ...limits, frameTimeoutMs: 300_000 })).toBe(365_000);
  expect(longestSilenceMs({ ...limits, untouchedMs: 600_000 })).toBe(600_000);
});
