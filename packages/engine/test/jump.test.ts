import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { withPage } from "./open-page.ts";

const gsapSource = (): Promise<string> =>
  readFile(new URL("../../../examples/node_modules/gsap/dist/gsap.min.js", import.meta.url), "utf8");

test("a page that is a function of time is brought to a frame at once, as if it had been stepped there", async () => {
  const body = `<script>${await gsapSource()}</script>
    <style>@keyframes grow { from { width: 0 } to { width: 100px } } #css { animation: grow 10s linear both }</style>
    <div data-composition-id="main" data-duration="10"><div id="css"></div><div id="tl" style="width: 0"></div><div id="own" style="width: 0"></div></div>
    <script>
      const main = gsap.timeline({ paused: true });
      main.to("#tl", { width: 100, duration: 10, ease: "none" });
      window.__timelines = { main };
      gsap.to("#own", { width: 100, duration: 10, ease: "none" });
      const widths = () => ["css", "tl", "own"].map((id) => Math.round(document.getElementById(id).getBoundingClientRect().width));
    </script>`;
  await withPage(body, async ({ read, stepTo }) => {
    expect(await read("__framewright.jumpTo(49)")).toBe(49);
    await stepTo(50);
    expect(await read("widths()")).toEqual([50, 50, 50]);
  });
});

const ROOT = '<div data-composition-id="main" data-duration="10"></div>';

test.each([
  ["a loop of frame callbacks", "requestAnimationFrame(function next() { requestAnimationFrame(next) })", -1],
  ["a timer", "setInterval(() => undefined, 100)", -1],
  [
    "what begins with the first frame",
    "addEventListener('hf-seek', () => setTimeout(() => undefined, 500), { once: true })",
    0,
  ],
  ["an observer", "new ResizeObserver(() => undefined).observe(document.body)", -1],
])("a page with %s is stepped", async (_, script, reached) => {
  await withPage(`${ROOT}<script>${script}</script>`, async ({ read }) => {
    expect(await read("__framewright.jumpTo(49)")).toBe(reached);
    expect(await read(`__framewright.skipTo(${reached + 1})`)).toBe(reached + 1);
  });
});
