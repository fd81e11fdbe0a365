import { expect, test } from "vitest";

import { solidPng } from "../e2e/decode.ts";
import { growingFilm, monospaceFont } from "./moving-files.ts";
import { redAt, renderCase, wrongBars } from "./try-case.ts";

const NAMED = `<!doctype html><meta charset=utf-8><link rel=stylesheet href="My%20Style%20%231.CSS"><body><div data-composition-id=m data-width=320 data-height=180 data-duration=0.2><img src="b%C3%AFld%20%2350%25.PNG" style="display:block"><img src="bïld #50%.PNG" style="display:block" id=q><div id=j></div><div id=k></div></div><script src="App%20V1.JS"></script><script type=module src="m%C3%B6d%20+1.MJS"></script></body>`;
const MODULES = `<!doctype html><html><head><meta charset=utf-8><base href="/app/"><script type=importmap>{"imports":{"lib":"/vendor/lib.mjs","x/":"/vendor/"}}</script></head><body style="margin:0;background:#fff"><div data-composition-id=m data-width=320 data-height=180 data-duration=2><div id=a style="height:30px;background:red;width:0"></div><div id=b style="height:30px;background:red;width:0"></div><div id=c style="height:30px;background:red;width:0"></div></div>
<script type=module src="main.mjs"></script></body></html>`;
const TIMEOUT = { timeout: 120_000 };

test("what a page computes and stores while it loads is there in frame 0", TIMEOUT, async () => {
  const picture = await renderCase("async-init", [0, 15]);
  expect(wrongBars(picture, 15, () => 200)).toEqual([]);
  expect(wrongBars(picture, 45, () => 200)).toEqual([]);
});

test("pictures that a page encodes and decodes in each frame are there in it", TIMEOUT, async () => {
  const picture = await renderCase("bitmap-each-frame", [0, 60]);
  // Within a frame, as the case allows.
  expect(wrongBars(picture, 30, (n) => 5 * n, 5)).toEqual([]);
  expect(wrongBars(picture, 90, (n) => 5 * n, 5)).toEqual([]);
});

test("an image that a page loads in each frame is there in it", TIMEOUT, async () => {
  const picture = await renderCase("image-each-frame", [0, 60]);
  expect(wrongBars(picture, 30, (n) => 5 * n)).toEqual([]);
});

test.each([
  ["that encodes a canvas", "toblob-wait", 12],
  ["that waits for a timer", "seek-settles", 30],
  ["of a page that is ready after two frames", "ready-after-frames", 30],
])("a seek %s is waited for", TIMEOUT, async (_, name, frames) => {
  const picture = await renderCase(name, [0, frames]);
  expect(wrongBars(picture, 30, (n) => 10 * n)).toEqual([]);
});

test("a film that a page seeks shows the picture of each frame's time", TIMEOUT, async () => {
  const picture = await renderCase("video-seeks", [0, 60], { files: { "clip.webm": await growingFilm() } });
  expect(wrongBars(picture, 30, (n) => 3 * n, 3)).toEqual([]);
});

test("fonts that are asked for late, or may be left out, are waited for", TIMEOUT, async () => {
  const files = { "mono.woff2": await monospaceFont() };
  const picture = await renderCase("fonts-late", [0, 30], { files, width: 640, height: 200 });
  // "iiiiiiii|" is a quarter as long in letters of different widths.
  const reach = (frame: number, from: number): number =>
    Math.max(...Array.from({ length: 20 }, (_, y) => redAt(picture, frame, from + y).at(-1) ?? 0));
  for (const frame of [0, 14, 15, 29]) {
    expect(reach(frame, 20), `row 1 at ${frame}`).toBeGreaterThan(280);
    if (frame < 15) expect(reach(frame, 80), `row 2 at ${frame}`).toBeLessThan(200);
    else expect(reach(frame, 80), `row 2 at ${frame}`).toBeGreaterThan(280);
    if (frame < 15) expect(reach(frame, 140), `row 3 at ${frame}`).toBe(0);
    else expect(Math.abs(reach(frame, 140) - 140), `row 3 at ${frame}`).toBeLessThan(10);
  }
});

test(
  "a frame and an image that load when they are scrolled to are the same in every range",
  TIMEOUT,
  async () => {
    const picture = await renderCase("lazy-iframe", [0, 45, 55, 60], {
      files: { "r.png": await solidPng("red") },
    });
    expect(wrongBars(picture, 30, (n) => Math.max(0, 10 * (n - 31)))).toEqual([]);
    expect(wrongBars(picture, 90, (n) => (n < 30 ? 0 : 200))).toEqual([]);
  },
);

const MIDWAY = { "m.mjs": "export default 1;", "s.js": "window.s = 1;" };

test.each([
  ["loads-midway", [0, 60, 120], 100],
  ["loads-midway-chunks", [0, 105, 210], 50],
] as const)(
  "what is loaded in the middle begins then in every range: %s",
  TIMEOUT,
  async (name, cuts, perSecond) => {
    const files = { ...MIDWAY, "p.png": await solidPng("red"), "mono.woff2": await monospaceFont() };
    const picture = await renderCase(name, cuts, { files });
    const most = perSecond === 100 ? 300 : 310;
    const since = (n: number, speed: number): number => Math.max(0, (n - 30) / 30) * speed;
    for (const y of [10, 30, 50, 70])
      expect(
        wrongBars(picture, y, (n) => Math.min(most, since(n, perSecond)), 4),
        `row ${y}`,
      ).toEqual([]);
    expect(wrongBars(picture, 90, (n) => Math.min(300, since(n, 100)), 4)).toEqual([]);
  },
);

test("modules, import maps, JSON and style modules, late and made ones, are loaded", TIMEOUT, async () => {
  const picture = await renderCase("modules", [0, 60], {
    html: MODULES,
    files: {
      "app/main.mjs": `import { w } from "lib"; import data from "./d.json" with { type: "json" }; import css from "./s.css" with { type: "css" };
        document.adoptedStyleSheets.push(css); a.style.width = w + data.x + "px";
        setTimeout(async () => { const m = await import("x/late.mjs"); b.style.width = m.width() + "px"; }, 1000);
        const u = URL.createObjectURL(new Blob(["export const k = 120"], { type: "text/javascript" }));
        setTimeout(async () => { c.style.width = (await import(u)).k + "px"; }, 500);`,
      "app/d.json": '{"x": 50}',
      "app/s.css": "#a { outline: 0 }",
      "vendor/lib.mjs": "export const w = await (async () => { await 0; return 100; })();",
      "vendor/late.mjs": "export const width = () => 200;",
    },
  });
  expect(wrongBars(picture, 15, () => 150)).toEqual([]);
  expect(wrongBars(picture, 45, (n) => (n < 30 ? 0 : 200))).toEqual([]);
  expect(wrongBars(picture, 75, (n) => (n < 15 ? 0 : 120))).toEqual([]);
});

test("files have any names", TIMEOUT, async () => {
  const picture = await renderCase("names", [0, 6], {
    html: NAMED,
    entryFile: "my scene #1 100% ü.HTML",
    files: {
      "My Style #1.CSS":
        "body { margin: 0; background: #fff } #j, #k { height: 20px; background: red; width: 0 } img { width: 100px; height: 20px } #q { width: 0 }",
      "bïld #50%.PNG": await solidPng("red"),
      "App V1.JS": 'document.getElementById("j").style.width = "150px";',
      "möd +1.MJS": 'import { w } from "./d%C3%A9p.mjs"; document.getElementById("k").style.width = w;',
      "dép.mjs": 'export const w = await new Promise((r) => setTimeout(() => r("200px"), 50));',
    },
  });
  expect(wrongBars(picture, 10, () => 100)).toEqual([]);
  // The image whose "#" is none of its file's name is not there: a "#" begins a fragment.
  expect(wrongBars(picture, 50, () => 150)).toEqual([]);
  // The module waits for 50 ms.
  expect(wrongBars(picture, 70, (n) => (n < 2 ? 0 : 200))).toEqual([]);
});

test.each([
  ["begins with a byte order mark and a comment", "bom-fragment", 6, 15, 200],
  ["is written in Shift_JIS", "charset-legacy", 6, 80, 200],
  ["closes itself, prints and changes its address", "closes", 30, 15, 100],
  ["wants to be loaded again", "refresh", 90, 15, 100],
] as const)("a page that %s is rendered whole", TIMEOUT, async (_, name, frames, y, length) => {
  const picture = await renderCase(name, [0, frames]);
  expect(picture.frames).toBe(frames);
  expect(wrongBars(picture, y, () => length)).toEqual([]);
});

test("a project that loads a package of its own node_modules has it", TIMEOUT, async () => {
  const files = { "node_modules/lib/lib.js": "window.lib = () => 200;" };
  expect(wrongBars(await renderCase("cli-modules", [0, 15], { files }), 15, () => 200)).toEqual([]);
});
