import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The library as people ship it with a project: one of the examples' dependencies. */
const require = createRequire(new URL("../../examples/package.json", import.meta.url));

export function gsapFile(name = "gsap.min.js"): string {
  return readFileSync(require.resolve(`gsap/dist/${name}`), "utf8");
}

export const ROW_HEIGHT = 20;

const STYLE = `* { box-sizing: border-box } body { margin: 0; background: #fff }
.bar { position: absolute; left: 0; width: 0; height: 16px; background: #000 }`;

/** An element that is a bar of a row; its width comes from what moves it, or from `style`. */
export function barElement(id: string, row: number, style = "", attributes = ""): string {
  return `<div id="${id}" class="bar" style="top:${row * ROW_HEIGHT}px;${style}" ${attributes}></div>`;
}

export interface RootOptions {
  readonly id?: string;
  readonly attributes?: string;
  readonly head?: string;
  readonly html?: string;
  readonly style?: string;
  readonly after?: string;
}

/** A composition of 320×180, two seconds long unless its attributes say otherwise. */
export function composition(
  body: string,
  {
    id = "main",
    attributes = 'data-duration="2"',
    head = "",
    html = "",
    style = STYLE,
    after = "",
  }: RootOptions = {},
): string {
  return `<!doctype html>
<html lang="en" ${html}><head><meta charset="utf-8"><style>${style}</style>${head}</head><body>
<div id="root" data-composition-id="${id}" data-start="0" data-width="320" data-height="180" ${attributes}>
${body}
</div>${after}</body></html>`;
}

/** The same with GSAP beside it and a script after its root. */
export function animated(body: string, script: string, options: RootOptions = {}): Record<string, string> {
  const after = `<script>${script}</script>${options.after ?? ""}`;
  const head = `<script src="gsap.min.js"></script>${options.head ?? ""}`;
  return { "index.html": composition(body, { ...options, head, after }), "gsap.min.js": gsapFile() };
}

/** A file with a nested composition, as a template. */
export function template(id: string, content: string, attributes = ""): string {
  return `<template id="${id}-template"><div data-composition-id="${id}" data-width="320" data-height="180" ${attributes}>
${content}
</div></template>`;
}

/** The script of a composition: a paused timeline of one linear tween, registered under its id. */
export function tween(id: string, selector: string, to: string, seconds: number, at = 0): string {
  return `{ const tl = gsap.timeline({ paused: true });
  tl.to(${JSON.stringify(selector)}, { ${to}, duration: ${seconds}, ease: "none" }, ${at});
  window.__timelines = window.__timelines || {};
  window.__timelines[${JSON.stringify(id)}] = tl; }`;
}
