import { expect, it } from "vitest";

import { frameSeconds, layOutChunks } from "../../src/plan/chunk-layout.ts";
import { frameRange } from "../../src/plan/frame-range.ts";
import { guardSize } from "../../src/plan/size-guard.ts";

const SIZES = [
  { width: 16, height: 16 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
  { width: 7680, height: 4320 },
];
const LENGTHS = [1, 2, 9, 10, 83, 84, 300, 301, 1801, 25_620, 864_000];

it.each(SIZES)(
  "covers every frame once, in chunks that are worth their browser: $width x $height",
  (size) => {
    for (const frames of LENGTHS) {
      const chunks = layOutChunks({ startFrame: 7, endFrame: 7 + frames }, size);
      expect(chunks.map(({ index }) => index)).toEqual(chunks.map((_, index) => index));
      expect(chunks[0]?.startFrame).toBe(7);
      expect(chunks.at(-1)?.endFrame).toBe(7 + frames);
      for (const [index, { startFrame, endFrame }] of chunks.entries()) {
        expect(endFrame).toBeGreaterThan(startFrame);
        expect(chunks[index + 1]?.startFrame ?? endFrame).toBe(endFrame);
        const work = (endFrame - startFrame) * frameSeconds(size);
        if (chunks.length === 1) continue;
        // A frame more or less is what cutting evenly costs; at 8K ten frames are the least.
        expect(work).toBeGreaterThanOrEqual(5 - frameSeconds(size));
        expect(work).toBeLessThanOrEqual(Math.max(30, 19 * frameSeconds(size)));
      }
    }
  },
);

it("is the same on every machine", () => {
  const layout = (): unknown => layOutChunks({ startFrame: 0, endFrame: 1800 }, { width: 1280, height: 720 });
  expect(layout()).toEqual(layout());
});

it.each([
  [{ width: "1280", height: "720" }, {}, { width: 1280, height: 720 }, 1],
  [{ width: "1280px", height: " 720 " }, {}, { width: 1280, height: 720 }, 1],
  [{ width: "1280", height: "720" }, { width: 1920 }, { width: 1920, height: 1080 }, 1.5],
  [{ width: "1080", height: "1920" }, { height: 960 }, { width: 540, height: 960 }, 0.5],
  [{ width: "1280", height: "720" }, { width: 640, height: 360 }, { width: 640, height: 360 }, 0.5],
  [{ width: null, height: null }, { width: 400, height: 300 }, { width: 400, height: 300 }, 1],
])("decides the size of %j with %j asked for", (declared, requested, video, deviceScaleFactor) => {
  expect(guardSize(declared, requested)).toMatchObject({ video, deviceScaleFactor });
});

it.each([
  [{ width: "15", height: "720" }, {}, "size-invalid"],
  [{ width: "1280", height: "7681" }, {}, "size-invalid"],
  [{ width: "12.5", height: "720" }, {}, "size-invalid"],
  [{ width: "wide", height: "720" }, {}, "size-invalid"],
  [{ width: "-1280", height: "720" }, {}, "size-invalid"],
  [{ width: "1280", height: null }, {}, "size-invalid"],
  [{ width: "1281", height: "720" }, {}, "size-odd"],
  [{ width: "1280", height: "720" }, { width: 1280, height: 800 }, "size-mismatch"],
  [{ width: "7680", height: "16" }, { width: 1280 }, "size-invalid"],
])("refuses the size of %j with %j asked for", (declared, requested, code) => {
  expect(() => guardSize(declared, requested)).toThrow(expect.objectContaining({ code }));
});

it("says so when no size is declared", () => {
  const { video, warnings } = guardSize({ width: null, height: null }, {});
  expect(video).toEqual({ width: 1920, height: 1080 });
  expect(warnings.map(({ code }) => code)).toEqual(["size-undeclared"]);
});

it("reads a range in frames or seconds, and refuses one that does not fit", () => {
  const fps = { num: 30000, den: 1001 };
  expect(frameRange(undefined, 100, fps)).toEqual({ startFrame: 0, endFrame: 100 });
  expect(frameRange({ startFrame: 10, endFrame: 20 }, 100, fps)).toEqual({ startFrame: 10, endFrame: 20 });
  expect(frameRange({ startSeconds: 1, endSeconds: 2 }, 100, fps)).toEqual({ startFrame: 30, endFrame: 60 });
  for (const range of [
    { startFrame: 10, endFrame: 10 },
    { startFrame: 0, endFrame: 101 },
    { startSeconds: 2, endSeconds: 1 },
  ]) {
    expect(() => frameRange(range, 100, fps)).toThrow(expect.objectContaining({ code: "range-invalid" }));
  }
});

it.each([
  [{ width: "1080", height: "1920" }, { shortSide: 2160 }, { width: 2160, height: 3840 }],
  [{ width: "1280", height: "720" }, { shortSide: 1080 }, { width: 1920, height: 1080 }],
  [{ width: "500", height: "500" }, { shortSide: 1080 }, { width: 1080, height: 1080 }],
])("a shorter side keeps the orientation: %o", (declared, requested, video) => {
  expect(guardSize(declared, requested)).toMatchObject({ video });
});

it("a size need not be even where the output does not need it", () => {
  const odd = { width: "321", height: "181" };
  expect(() => guardSize(odd, {})).toThrow(expect.objectContaining({ code: "size-odd" }));
  expect(guardSize(odd, {}, 1)).toMatchObject({ video: { width: 321, height: 181 } });
});
