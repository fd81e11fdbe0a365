import { expect, test } from "vitest";

import { createUntouchedWork, type UntouchedWork } from "../../src/health/untouched-work.ts";
import { longestSilenceMs, viewWork } from "../../src/health/view-work.ts";

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

const child = (state: "ready" | "busy") => ({ state }) as Parameters<typeof viewWork>[1]["children"][number];

test.each([
  ["a long queue behind busy workers", 500, ["capture", "capture"], ["busy", "busy"], 40, false],
  ["a queue though a place is free", 1, ["capture"], ["busy", "ready"], 0, true],
  ["a task though a worker is free", 0, ["capture", "capture"], ["busy", "ready"], 1, true],
  ["a task while no worker is there", 0, ["capture"], [], 1, false],
  ["nothing", 0, [], ["ready", "ready"], 0, false],
] as const)("%s: %i waiting, %j, workers %j", (_, waiting, stages, states, queued, hasStartable) => {
  const children = states.map(child);
  expect(viewWork({ waiting, held: false, stages }, { size: 2, queued, children }).hasStartable).toBe(
    hasStartable,
  );
});

test.each([
  ["capture advances", ["capture"], ["busy"], true],
  ["a task that assembles tells of no progress", ["capture", "assemble"], ["busy", "busy"], false],
  ["assembling takes a worker", ["assemble"], ["ready"], true],
  ["storing tells of no progress, and takes no worker", ["store"], ["ready"], false],
  ["nothing runs", [], ["ready"], false],
] as const)("%s: progress is expected: %j, workers %j", (_, stages, states, expectsProgress) => {
  const pool = { size: 2, queued: 0, children: states.map(child) };
  expect(viewWork({ waiting: 0, held: false, stages }, pool).expectsProgress).toBe(expectsProgress);
});

test("what the service itself holds is not startable", () => {
  const pool = { size: 2, queued: 0, children: [child("ready")] };
  expect(viewWork({ waiting: 3, held: true, stages: [] }, pool).hasStartable).toBe(false);
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
