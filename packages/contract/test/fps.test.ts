import { expect, it } from "vitest";

import { explainFps, formatFps, frameTimeMs, framesToSeconds, isFpsInRange, parseFps } from "../src/fps.ts";

it.each([
  [30, { num: 30, den: 1 }],
  ["30000/1001", { num: 30000, den: 1001 }],
  ["60/2", { num: 30, den: 1 }],
  ["24", { num: 24, den: 1 }],
])("reads %s", (value, fps) => {
  expect(parseFps(value)).toEqual(fps);
});

it.each(["", "30.5", 29.97, "1/0", "-30", "thirty", "30/1001/2", "1e3"])("refuses %s", (value) => {
  expect(parseFps(value)).toBeNull();
});

it("keeps a ratio exact", () => {
  const fps = { num: 30000, den: 1001 };
  expect(formatFps(fps)).toBe("30000/1001");
  expect(framesToSeconds(30_000, fps)).toBe(1001);
  expect(frameTimeMs(30_000, fps)).toBe(1_001_000);
});

it("knows its range", () => {
  expect([0, 1, 240, 241].map((num) => isFpsInRange({ num, den: 1 }))).toEqual([false, true, true, false]);
  expect(isFpsInRange({ num: 1, den: 2 })).toBe(false);
});

it.each([
  [29.97, '29.97 is "30000/1001"'],
  ["29.970", '29.970 is "30000/1001"'],
  ["23.976", '"24000/1001"'],
  ["59.94fps", '"60000/1001"'],
  ["60 fps", "write 60"],
])("says which rate is meant by %j", (value, meant) => {
  expect(explainFps(value)).toContain(meant);
});

it("says what is expected of what is no rate at all", () => {
  expect(explainFps("fast")).toBe('must be an integer or a ratio like "30000/1001"');
  expect(explainFps(12.5)).toBe('must be an integer or a ratio like "30000/1001"');
});
