import { expect, test } from "vitest";

import { gsapSource } from "../e2e/machine.ts";
import { growingGif } from "./moving-files.ts";
import { bars, redAt, renderCase, wrongBars } from "./try-case.ts";

const TWEENS = `<!doctype html><meta charset=utf-8><style>body{margin:0;background:#fff}.r{height:30px;background:red;width:0}</style><div data-composition-id=m data-width=320 data-height=180 data-duration=2><div id=a class=r></div><div id=b class=r></div><div id=c class=r></div></div><script src="gsap.min.js"></script>
<script>gsap.to('#a',{width:300,duration:1,ease:'none'}); gsap.delayedCall(.5,()=>gsap.fromTo('#b',{width:0},{width:300,duration:1,ease:'none'})); gsap.ticker.add(t=>{c.style.width=t*100+'px'})</script>`;
const TIMEOUT = { timeout: 120_000 };
const rising =
  (from = 0, most = 300) =>
  (frame: number) =>
    Math.min(most, Math.max(0, 10 * (frame - from)));

test.each(["gif-plain", "gif-nudge"])(
  "a GIF moves on a page where nothing else moves, or something: %s",
  TIMEOUT,
  async (name) => {
    const picture = await renderCase(name, [0, 60], { files: { "bar.gif": await growingGif() } });
    expect(wrongBars(picture, 30, (n) => Math.min(300, 20 * (1 + Math.floor(n / 3))))).toEqual([]);
  },
);

test("a clip is hidden out of its time though the page sets its adopted sheets", TIMEOUT, async () => {
  const picture = await renderCase("adopted-sheets", [0, 60]);
  expect(wrongBars(picture, 30, (n) => (n >= 30 && n < 45 ? 100 : 0))).toEqual([]);
});

test("an animation that is played after it was cancelled begins anew", TIMEOUT, async () => {
  const picture = await renderCase("cancel-play", [0, 60]);
  expect(wrongBars(picture, 15, (n) => (n < 9 ? 10 * n : rising(18)(n)))).toEqual([]);
});

test(
  "start times, rates, transitions that turn round, cancelling and iterations keep step",
  TIMEOUT,
  async () => {
    const picture = await renderCase("css-sync", [0, 45]);
    expect(wrongBars(picture, 10, (n) => (n < 15 ? 0 : rising()(n)))).toEqual([]);
    expect(wrongBars(picture, 30, (n) => Math.min(300, n < 15 ? 5 * n : 75 + 20 * (n - 15)))).toEqual([]);
    // The transition begins in the first frame's callback and turns round after 250 ms, which frame 8 is the first to show.
    expect(wrongBars(picture, 50, (n) => Math.max(0, n < 9 ? 10 * n : 80 - 10 * (n - 8)), 10)).toEqual([]);
    expect(wrongBars(picture, 70, (n) => (n < 9 ? 10 * n : rising(18)(n)))).toEqual([]);
    expect(wrongBars(picture, 90, (n) => 30 * Math.floor(n / 6))).toEqual([]);
  },
);

test(
  "a transition that is reversed loses no frame, and a rate is changed without a jump",
  TIMEOUT,
  async () => {
    const picture = await renderCase("reversed-transition", [0, 60]);
    const reversed = (n: number): number => (n < 18 ? rising(3)(n) : Math.max(0, 150 - 10 * (n - 18)));
    expect(wrongBars(picture, 15, reversed)).toEqual([]);
    expect(wrongBars(picture, 45, (n) => Math.min(300, n < 15 ? 5 * n : 75 + 20 * (n - 15)))).toEqual([]);
  },
);

test(
  "a clip's CSS animation begins with the clip, that of what it holds with the composition",
  TIMEOUT,
  async () => {
    const picture = await renderCase("clip-css-animation", [0, 90]);
    expect(wrongBars(picture, 15, (n) => (n < 30 ? 0 : rising(30)(n)))).toEqual([]);
    expect(wrongBars(picture, 75, (n) => (n < 30 ? 0 : 300))).toEqual([]);
  },
);

test("an SVG that is inserted in the middle begins its own animations then", TIMEOUT, async () => {
  const picture = await renderCase("smil-inserted", [0, 75]);
  expect(wrongBars(picture, 30, rising(30))).toEqual([]);
});

test("a marquee moves by scrollamount pixels every 85 ms", TIMEOUT, async () => {
  const picture = await renderCase("marquee", [0, 60]);
  const perFrame = (10 * 1000) / 30 / 85;
  // In from the right edge of its 320 px.
  expect(wrongBars(picture, 30, (n) => Math.min(100, perFrame * n), 4)).toEqual([]);
  for (let frame = 2; frame < 60; frame++)
    expect(Math.abs((redAt(picture, frame, 30)[0] ?? 0) - (320 - perFrame * frame))).toBeLessThan(6);
});

test("shadow trees that the parser makes, closed ones too, and late ones are reached", TIMEOUT, async () => {
  const picture = await renderCase("shadow-late", [0, 60]);
  expect(wrongBars(picture, 15, rising())).toEqual([]);
  expect(wrongBars(picture, 45, rising())).toEqual([]);
  expect(wrongBars(picture, 75, rising(15))).toEqual([]);
});

test("a view transition takes its time", TIMEOUT, async () => {
  const picture = await renderCase("view-transition", [0, 75]);
  const lefts = Array.from({ length: 75 }, (_, frame) => redAt(picture, frame, 30)[0] ?? -1);
  expect(lefts.slice(0, 15).every((left) => left <= 1)).toBe(true);
  // Half-way half a second after it began, give or take the frames that it needs to begin.
  expect(Math.abs((lefts[30] ?? 0) - 93)).toBeLessThan(14);
  expect(lefts.slice(48).every((left) => Math.abs(left - 200) <= 1)).toBe(true);
  expect(lefts.every((left, frame) => frame === 0 || left >= (lefts[frame - 1] ?? 0) - 1)).toBe(true);
});

test("a loop that takes 0 for no time loses no frame", TIMEOUT, async () => {
  const picture = await renderCase("raf-start-zero", [0, 30]);
  expect(wrongBars(picture, 30, rising())).toEqual([]);
  expect(wrongBars(picture, 100, rising())).toEqual([]);
});

test("an observer of sizes is called once a frame", TIMEOUT, async () => {
  const picture = await renderCase("observers", [0, 30]);
  // Before the first frame, the browser draws as many as it needs to begin.
  const lengths = bars(picture, 15);
  const grown = lengths.map((length, index) => length - Math.min(200, (lengths[0] ?? 0) + 10 * index));
  expect(grown.filter((pixels) => Math.abs(pixels) > 2)).toEqual([]);
  expect(wrongBars(picture, 75, () => 200)).toEqual([]);
});

test(
  "a composition that goes on from an event of an animation is the same in every range",
  TIMEOUT,
  async () => {
    const picture = await renderCase("late-parts", [0, 45, 60, 90]);
    const svg = (n: number): number => Math.min(100, Math.max(0, (n - 15) * (100 / 15)));
    expect(wrongBars(picture, 10, svg)).toEqual([]);
    expect(wrongBars(picture, 30, (n) => Math.max(0, ((n - 30) / 30) * 100), 4)).toEqual([]);
  },
);

test("GSAP's tweens, delayed calls and ticker follow the frames", TIMEOUT, async () => {
  const picture = await renderCase("gsap-plain", [0, 60], {
    html: TWEENS,
    files: { "gsap.min.js": await gsapSource() },
  });
  expect(wrongBars(picture, 15, rising())).toEqual([]);
  expect(wrongBars(picture, 45, rising(15))).toEqual([]);
  expect(wrongBars(picture, 75, (n) => (n / 30) * 100, 3)).toEqual([]);
});

test("players in HyperFrames' lists are moved", TIMEOUT, async () => {
  const picture = await renderCase("hf-adapters", [0, 30]);
  expect(wrongBars(picture, 15, rising())).toEqual([]);
  expect(wrongBars(picture, 45, rising())).toEqual([]);
});

test("a nested composition shows in its time", TIMEOUT, async () => {
  const picture = await renderCase("nested-src", [0, 60]);
  expect(wrongBars(picture, 30, (n) => (n >= 15 && n < 45 ? 200 : 0))).toEqual([]);
});

test("a text cursor does not blink", TIMEOUT, async () => {
  const picture = await renderCase("caret", [0, 90]);
  const shown = Array.from({ length: 90 }, (_, frame) =>
    [20, 30, 40, 50, 60].some((y) => redAt(picture, frame, y).length > 0),
  );
  expect(shown).toEqual(shown.map(() => true));
});

test("three thousand animations take less than a few seconds a frame", TIMEOUT, async () => {
  const FRAMES = 6;
  const size = { width: 1280, height: 720 };
  const alone = performance.now();
  await renderCase("many-animated", [0, 1], size);
  const begun = performance.now();
  const picture = await renderCase("many-animated", [0, 1 + FRAMES], size);
  const perFrame = (performance.now() - begun - (begun - alone)) / FRAMES;
  expect(perFrame).toBeLessThan(5_000);
  // The first square is as large as it gets in frame 0, and smaller from frame to frame.
  const [first = 0, , third = 0] = [0, 3, 6].map(
    (frame) => redAt(picture, frame, 4).filter((x) => x < 8).length,
  );
  expect(first).toBeGreaterThan(third);
});

test("a picture of 33 million pixels is rendered", { timeout: 300_000 }, async () => {
  const picture = await renderCase("huge", [0, 2], { width: 7680, height: 4320 });
  expect([picture.width, picture.height, picture.frames]).toEqual([7680, 4320, 2]);
  expect(wrongBars(picture, 2000, (n) => (7000 / 30) * n)).toEqual([]);
});
