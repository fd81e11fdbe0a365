import { expect, it } from "vitest";

import { openPage, type TestPage, withPage } from "./open-page.ts";

const ROOT = 'data-composition-id="main" data-width="320" data-height="180"';
const clip = (id: string, more: string): string => `<i id="${id}" class="clip" ${more}></i>`;

/** The ids of the elements that are drawn. */
const SHOWN = `[...document.querySelectorAll(".clip")].filter((e) => getComputedStyle(e).visibility === "visible" && getComputedStyle(e).display !== "none").map((e) => e.id).join(" ")`;

async function shownAt({ stepTo, read }: TestPage, frame: number): Promise<unknown> {
  await stepTo(frame);
  return read(SHOWN);
}

const box = (selector: string): string =>
  `(({ x, y, width, height }) => [x, y, width, height])(document.querySelector("${selector}").getBoundingClientRect())`;

it("works out starts from other elements' ends, in any order, and lengths from ends, images and compositions", async () => {
  await withPage(
    `<div ${ROOT} data-duration="9">
      ${clip("later", 'data-start="mid+0.5" data-duration="1"')}
      ${clip("mid", 'data-start="first - 0.5" data-duration="1"')}
      ${clip("first", 'data-start="0.5" data-end="1.5"')}
      ${clip("scene-1", 'data-start="0" data-duration="0.4"')}
      ${clip("hyphen", 'data-start="scene-1" data-duration="0.4"')}
      <img id="picture" class="clip" data-start="4">
      ${clip("past", 'data-start="picture" data-duration="1"')}
      <div data-composition-id="inner" data-start="3" data-duration="2" style="position:absolute">
        ${clip("in", 'data-start="0.5" data-duration="1"')}
        <div data-composition-id="innermost" data-start="1" data-duration="0.5">${clip("deep", 'data-start="0.2"')}</div>
      </div>
      ${clip("after", 'data-start="inner + 0.5" data-duration="1"')}
    </div>`,
    async (page) => {
      expect(await page.read("__framewright.declarations().problems")).toEqual([]);
      expect(await shownAt(page, 0)).toBe("scene-1");
      expect(await shownAt(page, 4)).toBe("hyphen");
      expect(await shownAt(page, 5)).toBe("first hyphen");
      expect(await shownAt(page, 11)).toBe("mid first");
      expect(await shownAt(page, 15)).toBe("mid");
      expect(await shownAt(page, 25)).toBe("later");
      expect(await shownAt(page, 36)).toBe("in");
      expect(await shownAt(page, 43)).toBe("picture in deep");
      expect(await shownAt(page, 46)).toBe("picture");
      expect(await shownAt(page, 56)).toBe("picture after");
      expect(await shownAt(page, 75)).toBe("past");
    },
  );
});

it("names starts that lead nowhere or in a circle, and says what cannot be shown as it is meant", async () => {
  const { read, close } = await openPage(
    `<div ${ROOT} data-composition-variables='[{"id":"title","type":"string"},{"id":"count","type":"number"}]'>
      ${clip("lost", 'data-start="nobody + 1"')}
      ${clip("a", 'data-start="b" data-duration="1"')} ${clip("b", 'data-start="a + 1" data-duration="1"')} ${clip("self", 'data-start="self"')}
      ${clip("comma", 'data-start="1,5"')}
      ${clip("odd", 'data-start="0" data-duration="abc"')} ${clip("open", 'data-start="odd"')}
      <div id="gone" data-composition-id="gone" data-composition-src="parts/gone.html" data-start="0"></div>
      <div id="bare" data-composition-src="empty.html" data-start="0"></div>
      <div id="loop" data-composition-src="one.html" data-start="0"></div>
      <div id="other" data-composition-id="other" data-composition-src="named.html" data-variable-values="{oops" data-start="0"></div>
    </div><script>__timelines.man = { seek() {}, duration: () => 1 }; __timelines.text = "no timeline"; __timelines.main = { seek() {}, duration: 5 };</script>`,
    {
      variables: { titel: "x", count: "three" },
      files: {
        "http://composition.localhost/empty.html": " ",
        "http://composition.localhost/one.html": `<template><div data-composition-id="one"><b id="inner" data-composition-src="two.html"></b></div></template>`,
        "http://composition.localhost/two.html": `<template><div data-composition-id="two"><b id="again" data-composition-src="one.html"></b></div></template>`,
        "http://composition.localhost/named.html": `<template><div data-composition-id="named"></div></template>`,
      },
    },
  );
  try {
    const problems = await read(
      `__framewright.declarations().problems.map(({ code, detail }) => code + ": " + detail)`,
    );
    expect(problems).toEqual([
      'nested-invalid: #gone has data-composition-src "parts/gone.html", which the project does not have.',
      'nested-invalid: #bare has data-composition-src "empty.html", which is empty.',
      'nested-invalid: #again has data-composition-src "one.html", which holds itself, in a cycle: one.html → two.html → one.html.',
      'start-invalid: #lost has data-start "nobody + 1", which names no element and no composition: there is no "nobody".',
      "start-invalid: #a, #b start after each other, in a cycle.",
      "start-invalid: #self starts after itself.",
      'start-invalid: #comma has data-start "1,5", which is neither a number of seconds nor the end of another element.',
      'timeline-invalid: The timeline window.__timelines["main"] has no duration(), and nothing else says how long the composition is.',
    ]);
    expect(await read("__framewright.declarations().warnings.map(({ code }) => code).sort()")).toEqual([
      "clip-length-invalid",
      "clip-length-unknown",
      "nested-empty",
      "timeline-unbound",
      "timeline-unusable",
      "variables-invalid",
    ]);
    expect(await read("__framewright.declarations().variableIssues")).toEqual([
      { id: "titel", known: ["title", "count"], misfit: null },
      { id: "count", known: [], misfit: '"count" must be a number; it is of type string.' },
    ]);
  } finally {
    await close();
  }
});

it("gives the root its size and place, and lays its timed children on each other, whatever surrounds them", async () => {
  await withPage(
    `<style>body { margin: 30px; padding: 9px } .clip { visibility: hidden; display: block; width: 40px; height: 20px }
      #moved { position: absolute; left: 50px; top: 60px } #still { color: red } .row { position: absolute; top: 90px }</style>
    <div ${ROOT} data-duration="3">
      ${clip("corner", 'data-start="0"')}${clip("second", 'data-start="0" data-duration="2"')}
      ${clip("moved", 'data-start="1"')}
      <div class="row"><b class="clip" id="x" data-start="0" data-duration="1"></b><b class="clip" id="y" data-start="0"></b></div>
      <div id="wide" style="position:absolute;width:5000px;height:10px"></div>
    </div>`,
    async ({ read, stepTo }) => {
      await stepTo(0);
      expect(await read(box("[data-composition-id]"))).toEqual([0, 0, 320, 180]);
      expect(await read("getComputedStyle(document.querySelector('[data-composition-id]')).overflow")).toBe(
        "hidden",
      );
      expect(await read(box("#corner"))).toEqual([0, 0, 40, 20]);
      expect(await read(box("#second"))).toEqual([0, 0, 40, 20]);
      expect(await read(box("#moved"))).toEqual([50, 60, 40, 20]);
      expect(await read(box("#y"))).toEqual([0, 110, 40, 20]);
      expect(await read(SHOWN)).toBe("corner second x y");
      await stepTo(10);
      expect(await read(SHOWN)).toBe("corner second moved y");
      // What has ended leaves no gap behind where it took place.
      expect(await read(box("#y"))).toEqual([0, 90, 40, 20]);
    },
  );
});

it("follows what scripts change, and shows a clip in its time against what styles and timelines do", async () => {
  await withPage(
    `<div ${ROOT} data-duration="3"><div id="stage" style="position:absolute">${clip("a", 'data-start="1"')}</div></div>
    <script>__timelines.main = { duration: () => 3, seek: (t) => { a.style.visibility = "hidden"; } };</script>`,
    async (page) => {
      expect(await shownAt(page, 0)).toBe("");
      await page.read(
        'a.dataset.start = "0.2", stage.insertAdjacentHTML("beforeend", `<i id="b" class="clip" data-start="a + 0.1" data-duration="1"></i>`)',
      );
      await page.read('a.dataset.duration = "0.5"');
      expect(await shownAt(page, 2)).toBe("a");
      expect(await shownAt(page, 8)).toBe("b");
      await page.read('b.removeAttribute("data-start")');
      expect(await shownAt(page, 29)).toBe("b");
    },
  );
});

it("takes the length from clips where nothing else says it, and waits for a timeline that is still to come", async () => {
  await withPage(
    `<div ${ROOT}>${clip("a", 'data-start="1" data-duration="1.5"')}${clip("b", 'data-start="a" data-duration="0.5"')}</div>`,
    async ({ read }) => {
      expect(await read("__framewright.declarations().durations")).toEqual([
        { source: "clips", seconds: { type: "number", text: "3" } },
      ]);
    },
  );
  await withPage(
    `<div ${ROOT} data-duration="2"></div>
    <script>setTimeout(() => { window.__timelines["main"] = { seek: (t) => { window.at = t; }, duration: () => 2 }; }, 300);</script>`,
    async ({ read, stepTo }) => {
      await stepTo(0);
      expect(await read("at")).toBeLessThan(0.001);
      await stepTo(7);
      expect(await read("at")).toBeCloseTo(0.7, 6);
    },
  );
});

it("begins a clip's CSS animations with the clip", async () => {
  await withPage(
    `<style>@keyframes in { from { width: 0 } to { width: 300px } } .bar { display: block; height: 9px; animation: in 1s linear both }</style>
    <div ${ROOT} data-duration="3"><i id="a" class="clip bar" data-start="1"></i>
      <div data-composition-id="inner" data-start="0.5"><i id="b" class="bar"></i></div></div>`,
    async ({ read, stepTo }) => {
      await stepTo(10);
      expect(await read("a.getBoundingClientRect().width")).toBeCloseTo(0, 1);
      expect(await read("b.getBoundingClientRect().width")).toBeCloseTo(150, 1);
      await stepTo(15);
      expect(await read("a.getBoundingClientRect().width")).toBeCloseTo(150, 1);
    },
  );
});
