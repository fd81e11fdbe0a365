import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";

import { expect, it } from "vitest";

import { sampleLevels } from "../src/media/sound/sample-levels.ts";
import type { GainPoint } from "../src/page-protocol.ts";
import { withPage } from "./open-page.ts";

/** How loud something is at a second: linear between points. */
function gainAt(points: readonly GainPoint[], second: number): number {
  const next = points.findIndex(({ at }) => at > second);
  const [before, after] = [points.at(next - 1), points[next]];
  if (next === -1 || !before || !after) return points.at(next === -1 ? -1 : 0)?.gain ?? NaN;
  return before.gain + ((after.gain - before.gain) * (second - before.at)) / (after.at - before.at);
}

it("learns how scripts and timelines change volumes, frame by frame", { timeout: 60_000 }, async () => {
  const gsap = await readFile(createRequire(import.meta.url).resolve("gsap/dist/gsap.min.js"), "utf8");
  const page = `
    <div data-composition-id="main" data-width="320" data-height="180" data-duration="4">
      <audio id="faded" src="a.mp3" data-start="0" data-volume="0.8"></audio>
      <audio id="eased" src="a.mp3" data-start="0" data-volume="2"></audio>
      <audio id="scripted" src="a.mp3" data-start="0"></audio>
      <audio id="silent" src="a.mp3" data-start="0" muted></audio>
      <audio id="still" src="a.mp3" data-start="0" data-volume="0.3"></audio>
    </div>
    <script>${gsap}</script>
    <script>
      const timeline = gsap.timeline({ paused: true });
      timeline.to("#faded", { volume: 0, duration: 2, ease: "none" }, 1);
      timeline.to("#eased", { volume: 0.5, duration: 2, ease: "back.out(4)" }, 1);
      window.__timelines = { main: timeline };
      const start = performance.now();
      requestAnimationFrame(function tick() {
        const seconds = (performance.now() - start) / 1000;
        document.getElementById("scripted").volume = seconds < 2 ? 0.25 : 1;
        document.getElementById("silent").muted = seconds < 3;
        requestAnimationFrame(tick);
      });
    </script>`;
  await withPage(page, async ({ composition, read }) => {
    expect(await read("__framewright.mayVolumesChange()")).toBe(true);
    const source = { url: "", proxyPort: 0, script: "", readyTimeoutMs: 10_000, frameTimeoutMs: 10_000 };
    const context = { signal: new AbortController().signal };
    const levels = await sampleLevels(composition, 40, source, context, () => undefined);
    const at = (id: string, second: number): number => gainAt(levels.get(`#${id}`) ?? [], second);
    for (const second of [0, 0.5, 1]) expect(at("faded", second)).toBeCloseTo(0.8, 4);
    for (const second of [1.2, 1.65, 2, 2.9])
      expect(at("faded", second)).toBeCloseTo(0.8 * (1 - (second - 1) / 2), 4);
    expect(at("faded", 3.5)).toBe(0);
    // An ease that overshoots goes below 0, where there is nothing fainter.
    expect(at("eased", 0.5)).toBeCloseTo(2, 4);
    expect(Math.min(...(levels.get("#eased") ?? []).map(({ gain }) => gain))).toBe(0);
    expect(at("eased", 3.5)).toBeCloseTo(0.5, 4);
    expect([at("scripted", 1.8), at("scripted", 2.2)]).toEqual([0.25, 1]);
    expect([at("silent", 2.8), at("silent", 3.2)]).toEqual([0, 1]);
    expect(levels.get("#still")).toEqual([
      { at: 0, gain: 0.3 },
      { at: expect.closeTo(3.9, 6), gain: 0.3 },
    ]);
    expect(levels.get("#faded")?.length).toBeLessThan(8);
  });
});

it("does not step a page through that leaves volumes alone", async () => {
  const page = `<div data-composition-id="main" data-width="320" data-height="180" data-duration="1">
    <audio src="a.mp3" data-start="0" data-volume="0.5"></audio></div><script>let loudness = 3;</script>`;
  await withPage(page, async ({ read }) => {
    expect(await read("__framewright.mayVolumesChange()")).toBe(false);
  });
});
