import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { expect, it } from "vitest";

import { withPage } from "./open-page.ts";

const require = createRequire(new URL("../../../examples/package.json", import.meta.url));
const gsap = readFileSync(require.resolve("gsap/dist/gsap.min.js"), "utf8");
const GSAP = `<script>${gsap}</script>`;

/** A file whose bar grows by 100 px a second of its own time. */
const growing = (id: string, more = ""): string =>
  `<template><div id="root-of-${id}" data-composition-id="${id}" data-width="320" data-height="20"><style>.bar { width: 0; height: 10px } ${more}</style>
    <div class="bar"></div><script>
      const tl = gsap.timeline({ paused: true }).to(".bar", { width: 1000, duration: 10, ease: "none" });
      window.__timelines["${id}"] = tl;
    </script></div></template>`;
const host = (id: string, src: string, more: string): string =>
  `<div data-composition-id="${id}" data-composition-src="${src}" ${more}></div>`;

/** Files of the project by the URLs that the page asks for. */
const filesOf = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([path, text]) => [`http://composition.localhost/${path}`, text]),
  );

const WIDTH = (selector: string): string =>
  `document.querySelector('${selector}')?.getBoundingClientRect().width`;

it("shows nested files at any depth by their hosts' times, before the root's scripts run", async () => {
  await withPage(
    `${GSAP}<div data-composition-id="main" data-width="320" data-height="180" data-duration="9">
      ${host("one", "parts/one.html", 'data-start="1" data-duration="6"')}
      ${host("fast", "fast.html", 'data-start="1" data-duration="2" data-playback-rate="2" data-media-start="0.5"')}
      ${host("after", "after.html", 'data-start="fast + 0.5" data-duration="2"')}
      ${host("card", "card.html", 'id="card-1" data-start="0" data-duration="2"')}
      ${host("card", "card.html", 'id="card-2" data-start="1" data-duration="2"')}
    </div>
    <script>window.seen = [...document.querySelectorAll(".bar")].length + "/" + Object.keys(__timelines).length;
      document.addEventListener("DOMContentLoaded", () => { window.then = Object.keys(__timelines).sort().join(); });</script>`,
    async ({ read, stepTo }) => {
      expect(await read("seen")).toBe("5/0");
      expect(await read("then")).toBe("after,card,fast,three");
      expect(await read("__framewright.declarations().problems")).toEqual([]);
      expect(await read("__framewright.declarations().warnings")).toEqual([]);
      await stepTo(25);
      expect(await read(WIDTH('[data-composition-id="three"] .bar'))).toBeCloseTo(50, 1);
      expect(await read(WIDTH('[data-composition-id="fast"] .bar'))).toBeCloseTo(350, 1);
      expect(
        await read("getComputedStyle(document.querySelector('[data-composition-id=\"fast\"]')).visibility"),
      ).toBe("visible");
      expect(await read(WIDTH("#card-1 .bar"))).toBeCloseTo(250, 1);
      expect(await read(WIDTH("#card-2 .bar"))).toBeCloseTo(150, 1);
      expect(await read("getComputedStyle(document.querySelector('#card-1 .bar')).visibility")).toBe(
        "hidden",
      );
      await stepTo(30);
      expect(
        await read("getComputedStyle(document.querySelector('[data-composition-id=\"fast\"]')).visibility"),
      ).toBe("hidden");
      await stepTo(40);
      expect(await read(WIDTH('[data-composition-id="after"] .bar'))).toBeCloseTo(50, 1);
    },
    {
      files: filesOf({
        "parts/one.html": `<template><div data-composition-id="one">${host("two", "parts/two.html", 'data-start="0.5"')}</div></template>`,
        "parts/two.html": `<!doctype html><html><body><div data-composition-id="two">${host("three", "parts/three.html", 'data-start="0.5"')}</div></body></html>`,
        "parts/three.html": growing("three"),
        "fast.html": growing("fast"),
        "after.html": growing("after"),
        "card.html": growing("card"),
      }),
    },
  );
});
