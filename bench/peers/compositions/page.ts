import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** What a composition is asked to be. */
export interface Shape {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
}

export interface Parts {
  readonly css: string;
  readonly body: string;
  /** Fills the timeline `tl`. */
  readonly script: string;
}

const fonts = createRequire(new URL("../../../packages/fonts/package.json", import.meta.url));
const font = readFileSync(fonts.resolve("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"));

/** A composition as HyperFrames takes it, driven by one timeline. Its font is its own, so that everyone draws the same. */
export function page({ width, height, seconds }: Shape, { css, body, script }: Parts): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=${width}, height=${height}">
<script src="gsap.min.js"></script>
<style>
  @font-face { font-family: "Bench Sans"; font-weight: 100 900; src: url(data:font/woff2;base64,${font.toString("base64")}) format("woff2") }
  * { margin: 0; padding: 0; box-sizing: border-box }
  html, body { width: ${width}px; height: ${height}px; overflow: hidden; background: #0b1020 }
  #root { position: relative; width: ${width}px; height: ${height}px; overflow: hidden; font-family: "Bench Sans"; color: #fff }
  #root > * { position: absolute }
${css}
</style></head><body>
<div id="root" data-composition-id="main" data-start="0" data-duration="${seconds}" data-width="${width}" data-height="${height}">
${body}
</div>
<script>
const tl = gsap.timeline({ paused: true });
${script}
tl.set({}, {}, ${seconds});
window.__timelines = { main: tl };
</script></body></html>`;
}

/** The same numbers each time, from 0 to 1: https://en.wikipedia.org/wiki/Linear_congruential_generator */
export function steadyRandom(seed = 12_345): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
