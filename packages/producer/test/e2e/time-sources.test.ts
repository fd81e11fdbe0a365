import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readBarcodes } from "../frame-truth/barcodes.ts";
import { renderInChunks } from "./chunked-render.ts";
import { decodeGrey } from "./decode.ts";
import { type Folder, gsapSource, sharedTools, openFolder } from "./machine.ts";
import { inlineScript, page } from "./pages.ts";

const FRAMES = 24;
/** A chunk that begins in the middle has to know all that came before; both of them take twice as long. */
const CUTS = process.env["FRAMEWRIGHT_LONG"] === undefined ? [9, FRAMES] : [0, 9, FRAMES];
const FPS = { num: 30, den: 1 };
const SECONDS = FRAMES / 30;
const SIZE = { width: 480, height: 64 };

/** The blocks of a barcode, and `show(n)`. */
const CODE = `<div id="code" style="display: flex">${"<i></i>".repeat(12)}</div>
<style>#code i { width: 40px; height: 64px; background: #000 }</style>
<script>
  const show = (n) => document.querySelectorAll("#code i").forEach((block, bit) => {
    block.style.background = (n >> bit) & 1 ? "#fff" : "#000";
  });
  const frameOf = (ms) => Math.round(ms * 30 / 1000);
  const eachFrame = (draw) => requestAnimationFrame(function next(time) { draw(time); requestAnimationFrame(next); });
</script>`;

const compose = (script: string, head = "", duration: number | null = SECONDS): string =>
  page({ ...SIZE, duration, head, body: CODE, script });

let gsap: string;
let folder: Folder;

beforeAll(async () => {
  [gsap, folder] = await Promise.all([gsapSource(), openFolder()]);
});
afterAll(async () => folder[Symbol.asyncDispose]());

const SOURCES: Readonly<Record<string, () => string>> = {
  "window.__hf.seek": () =>
    compose(`window.__hf = { duration: ${SECONDS}, seek: (t) => show(frameOf(t * 1000)) }`, "", null),
  "a seek that is done later": () =>
    compose(
      `window.__hf = { duration: ${SECONDS}, seek: async (t) => { await fetch(location.href); show(frameOf(t * 1000)); } }`,
      "",
      null,
    ),
  "performance.now": () =>
    compose("const start = performance.now(); eachFrame(() => show(frameOf(performance.now() - start)))"),
  "new Date": () => compose("const start = new Date(); eachFrame(() => show(frameOf(new Date() - start)))"),
  "the time that a frame is given": () =>
    compose("let start; eachFrame((time) => show(frameOf(time - (start ??= time))))"),
  "document.timeline": () =>
    compose(
      "const start = document.timeline.currentTime; eachFrame(() => show(frameOf(document.timeline.currentTime - start)))",
    ),
  "a chain of timeouts": () =>
    compose("let n = 0; setTimeout(function next() { show(++n); setTimeout(next, 1000 / 30); }, 1000 / 30)"),
  "GSAP by its own clock": () =>
    compose(
      `const state = { n: 0 };
      gsap.to(state, { n: ${FRAMES}, duration: ${SECONDS}, ease: "none", onUpdate: () => show(Math.round(state.n)) });`,
      inlineScript(gsap),
    ),
  "GSAP in a nested composition": () =>
    compose(
      `const state = { n: 0 };
      const inner = gsap.timeline({ paused: true });
      inner.to(state, { n: ${FRAMES - 6}, duration: ${(FRAMES - 6) / 30}, ease: "none", onUpdate: () => show(6 + Math.round(state.n)) });
      window.__timelines = { main: gsap.timeline({ paused: true }).to({}, { duration: ${SECONDS} }), inner };
      eachFrame(() => { if (performance.now() < 210) show(frameOf(performance.now())); });`,
      inlineScript(gsap),
    ).replace('<div id="code"', '<div data-composition-id="inner" data-start="0.2"></div><div id="code"'),
  "a canvas": () =>
    compose(
      `const canvas = document.createElement("canvas");
      canvas.width = 480; canvas.height = 64; canvas.style = "position: absolute; left: 0; top: 0";
      document.body.append(canvas);
      const pen = canvas.getContext("2d");
      let n = 0;
      eachFrame(() => {
        for (let bit = 0; bit < 12; bit++) {
          pen.fillStyle = (n >> bit) & 1 ? "#fff" : "#000";
          pen.fillRect(bit * 40, 0, 40, 64);
        }
        n++;
      });`,
    ),
  "a CSS transition": () =>
    compose(
      `const style = document.createElement("style");
      style.textContent = "#code i { transition: none } #bar { position: absolute; top: 0; left: 0 }";
      document.head.append(style);
      document.documentElement.style.setProperty("--n", "0");
      getComputedStyle(document.documentElement).getPropertyValue("--n");
      document.documentElement.style.transition = "--n ${SECONDS}s linear";
      document.documentElement.style.setProperty("--n", "${FRAMES}");
      for (let bit = 0; bit < 12; bit++) {
        document.querySelectorAll("#code i")[bit].style.background =
          "rgb(calc(mod(round(down, var(--n) / " + 2 ** bit + "), 2) * 255) calc(mod(round(down, var(--n) / " + 2 ** bit + "), 2) * 255) calc(mod(round(down, var(--n) / " + 2 ** bit + "), 2) * 255))";
      }`,
      '<style>@property --n { syntax: "<integer>"; inherits: true; initial-value: 0 }</style>',
    ),
  "an animated property that a script reads": () =>
    compose(
      'eachFrame(() => show(Number(getComputedStyle(document.documentElement).getPropertyValue("--n"))))',
      `<style>@property --n { syntax: "<integer>"; inherits: true; initial-value: 0 }
      @keyframes count { from { --n: 0 } to { --n: ${FRAMES} } }
      html { animation: count ${SECONDS}s linear both }</style>`,
    ),
  "SVG's own animation": () =>
    compose("", "").replace(
      /<div id="code".*?<\/div>/s,
      `<svg width="480" height="64" style="position: absolute">${Array.from(
        { length: 12 },
        (_, bit) =>
          `<rect x="${bit * 40}" width="40" height="64" fill="#000"><animate attributeName="fill" calcMode="discrete" values="#000;#fff" dur="${2 ** (bit + 1) / 30}s" begin="${-1 / 60}s" repeatCount="indefinite"/></rect>`,
      ).join("")}</svg>`,
    ),
  "a frame without an address": () =>
    page({
      ...SIZE,
      duration: SECONDS,
      body: `<iframe width="480" height="64" style="border: 0" srcdoc="${`<body style='margin: 0'>${CODE}<script>let n = 0; eachFrame(() => show(n++))</script>`.replaceAll('"', "&quot;")}"></iframe>`,
    }),
};

describe("frame n shows n by", () => {
  for (const [name, compose] of Object.entries(SOURCES)) {
    test(name, async () => {
      const dir = join(folder.dir, name.replaceAll(/\W/g, "-"));
      await mkdir(dir);
      const tools = await sharedTools();
      const { file } = await renderInChunks({
        tools,
        html: compose(),
        ...SIZE,
        fps: FPS,
        cuts: CUTS,
        dir,
      });
      const frames = Array.from({ length: FRAMES }, (_, n) => n).slice(CUTS[0]);
      expect(readBarcodes(await decodeGrey(file))).toEqual(frames);
    });
  }
});
