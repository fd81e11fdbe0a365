import { barElement } from "../page.ts";
import { plainGroup, plainPage } from "../plain-page.ts";
import { bar, dot, moves, ramp } from "../shapes.ts";

const make = plainGroup("plain-native", "clock");
const ROW = barElement("a", 0);
const five = bar(0, (n) => 5 * n);
const scripted = (script: string, body = ROW): string => plainPage(body, { script });
const GROW = "@keyframes grow { from { width: 0 } to { width: 300px } }";

export const plainNative = [
  make(
    "animation-frames",
    scripted(
      `requestAnimationFrame(function step(t) { a.style.width = t * 0.15 + "px"; requestAnimationFrame(step); });`,
    ),
    [bar(0, (n) => 5 * n, { tolerance: 6 })],
  ),
  make(
    "frames-since-the-first",
    scripted(
      `let start; requestAnimationFrame(function step(t) { start ??= t; a.style.width = (t - start) * 0.15 + "px"; requestAnimationFrame(step); });`,
    ),
    [bar(0, (n) => 5 * n, { tolerance: 6 })],
  ),
  make(
    "falsy-start",
    scripted(
      `let start = 0; requestAnimationFrame(function step(t) { if (!start) start = t; a.style.width = (t - start) * 0.15 + "px"; requestAnimationFrame(step); });`,
    ),
    [bar(0, (n) => 5 * n, { tolerance: 6 })],
  ),
  make(
    "frame-counter",
    scripted(
      `let n = 0; (function step() { a.style.width = 5 * n++ + "px"; requestAnimationFrame(step); })();`,
    ),
    [bar(0, (n) => 5 * n, { tolerance: 6 })],
  ),
  make(
    "clock-of-the-machine",
    scripted(
      `const start = Date.now(); setInterval(() => { a.style.width = (Date.now() - start) * 0.15 + "px"; }, 1000 / 30);`,
    ),
    [bar(0, (n) => 5 * n, { tolerance: 7 })],
  ),
  make("interval", scripted(`let n = 0; setInterval(() => { a.style.width = 15 * ++n + "px"; }, 100);`), [
    bar(0, (n) => 15 * Math.floor(n / 3)),
  ]),
  make(
    "chain-of-timeouts",
    scripted(`let n = 0; (function next() { a.style.width = 15 * n++ + "px"; setTimeout(next, 100); })();`),
    [bar(0, (n) => 15 * Math.floor(n / 3))],
  ),
  make(
    "async-loop",
    scripted(
      `(async () => { for (let n = 0; ; n++) { a.style.width = 15 * n + "px"; await new Promise((r) => setTimeout(r, 100)); } })();`,
    ),
    [bar(0, (n) => 15 * Math.floor(n / 3))],
  ),
  make(
    "canvas",
    scripted(
      `const context = c.getContext("2d"); requestAnimationFrame(function step(t) { context.clearRect(0, 0, 320, 180);
    context.fillRect(0, 0, t * 0.15, 16); requestAnimationFrame(step); });`,
      '<canvas id="c" width="320" height="180"></canvas>',
    ),
    [bar(0, (n) => 5 * n, { tolerance: 6 })],
  ),
  make(
    "webgl",
    scripted(
      `const gl = c.getContext("webgl"); requestAnimationFrame(function step(t) { gl.clearColor(1, 1, 1, 1); gl.disable(gl.SCISSOR_TEST);
    gl.clear(gl.COLOR_BUFFER_BIT); gl.enable(gl.SCISSOR_TEST); gl.scissor(0, 164, t * 0.15, 16); gl.clearColor(0, 0, 0, 1); gl.clear(gl.COLOR_BUFFER_BIT);
    requestAnimationFrame(step); });`,
      '<canvas id="c" width="320" height="180"></canvas>',
    ),
    [bar(0, (n) => 5 * n, { tolerance: 6 })],
  ),
  make(
    "css-animation",
    plainPage(`<style>${GROW} #a { animation: grow 2s linear both }</style>${ROW}`),
    [five],
    { part: "animations" },
  ),
  make(
    "transition-after-load",
    scripted(
      `addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => { a.style.width = "300px"; })));`,
      barElement("a", 0, "transition: width 1s linear"),
    ),
    [bar(0, (n) => ramp(n, 1, 31, 0, 300), { tolerance: 22 })],
    { part: "animations" },
  ),
  make(
    "web-animation",
    scripted(`a.animate({ width: ["0px", "300px"] }, { duration: 2000, fill: "both" });`),
    [five],
    { part: "animations" },
  ),
  make(
    "web-animation-finished",
    scripted(
      `a.animate({ width: ["0px", "150px"] }, { duration: 1000, fill: "both" }).finished.then(() => b.animate({ width: ["0px", "150px"] }, { duration: 1000, fill: "both" }));`,
      ROW + barElement("b", 1),
    ),
    [bar(0, (n) => ramp(n, 0, 30, 0, 150)), bar(1, (n) => ramp(n, 30, 60, 0, 150), { tolerance: 6 })],
    { part: "animations" },
  ),
  make(
    "animation-end-chain",
    plainPage(
      `<style>${GROW} #a { animation: grow 1s linear both } #b.on { animation: grow 1s linear both }</style>${ROW}${barElement("b", 1)}`,
      {
        script: `a.addEventListener("animationend", () => b.classList.add("on"));`,
      },
    ),
    [bar(0, (n) => ramp(n, 0, 30, 0, 300)), bar(1, (n) => ramp(n, 30, 60, 0, 300), { tolerance: 12 })],
    { part: "animations" },
  ),
  make(
    "playback-rate",
    scripted(
      `a.animate({ width: ["0px", "300px"] }, { duration: 4000, fill: "both" }).updatePlaybackRate(2);`,
    ),
    [five],
    { part: "animations" },
  ),
  make(
    "reversed",
    scripted(
      `const m = a.animate({ width: ["0px", "300px"] }, { duration: 2000, fill: "both" }); m.reverse();`,
    ),
    [bar(0, (n) => 300 - 5 * n)],
    { part: "animations" },
  ),
  make(
    "smil",
    plainPage(
      `<svg width="320" height="180" style="position:absolute;left:0;top:0"><rect width="0" height="16"><animate attributeName="width" from="0" to="300" dur="2s" fill="freeze"/></rect></svg>`,
    ),
    [five],
    { part: "animations" },
  ),
  make(
    "smil-path",
    plainPage(
      `<svg width="320" height="180" style="position:absolute;left:0;top:0"><rect x="-10" width="20" height="16"><animateMotion path="M10,0 L310,0" dur="2s" fill="freeze" calcMode="linear"/></rect></svg>`,
    ),
    [bar(0, (n) => [5 * n, 5 * n + 20])],
    { part: "animations" },
  ),
  make("smil-in-an-image", plainPage(`<img src="bar.svg" style="position:absolute;left:0;top:0">`), [five], {
    part: "animations",
    mayBeTold: true,
    tells: [/bar\.svg|svg/i],
    files: {
      "bar.svg": `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="0" height="16"><animate attributeName="width" from="0" to="300" dur="2s" fill="freeze"/></rect></svg>`,
    },
  }),
  make(
    "web-component",
    plainPage(`<grow-bar></grow-bar>`, {
      script: `customElements.define("grow-bar", class extends HTMLElement { connectedCallback() { this.attachShadow({ mode: "open" }).innerHTML =
        "<style>${GROW} i { position: absolute; left: 0; top: 0; height: 16px; background: #000; animation: grow 2s linear both }</style><i></i>"; } });`,
    }),
    [five],
    { part: "animations" },
  ),
  make(
    "closed-shadow-root",
    plainPage(`<grow-bar></grow-bar>`, {
      script: `customElements.define("grow-bar", class extends HTMLElement { connectedCallback() { this.attachShadow({ mode: "closed" }).innerHTML =
        "<style>${GROW} i { position: absolute; left: 0; top: 0; height: 16px; background: #000; animation: grow 2s linear both }</style><i></i>"; } });`,
    }),
    [five],
    { part: "animations" },
  ),
  make(
    "frame-within",
    plainPage(
      `<iframe src="inner.html" style="position:absolute;left:0;top:0;border:0" width="320" height="90"></iframe>`,
    ),
    [five],
    {
      part: "animations",
      files: {
        "inner.html": `<!doctype html><style>body { margin: 0 } ${GROW} i { position: absolute; left: 0; top: 0; height: 16px; background: #000; animation: grow 2s linear both }</style><i></i>`,
      },
    },
  ),
  make(
    "srcdoc-frame-with-a-script",
    plainPage(
      `<iframe srcdoc="<style>body{margin:0}#a{height:16px;background:#000;width:0}</style><div id=a></div><script>requestAnimationFrame(function s(t){a.style.width=t*0.15+'px';requestAnimationFrame(s)})</script>" style="position:absolute;left:0;top:0;border:0" width="320" height="90"></iframe>`,
    ),
    [bar(0, (n) => 5 * n, { tolerance: 8 })],
    { part: "animations" },
  ),
  make(
    "modules-and-import-map",
    plainPage(ROW, {
      head: `<script type="importmap">{ "imports": { "grow": "./lib/grow.mjs" } }</script>`,
      module: `import { grow } from "grow"; const { px } = await import("./lib/px.mjs"); grow(document.getElementById("a"), px);`,
    }),
    [five],
    {
      files: {
        "lib/grow.mjs": `export const grow = (e, px) => e.animate({ width: ["0px", px + "px"] }, { duration: 2000, fill: "both" });`,
        "lib/px.mjs": "export const px = 300;",
      },
    },
  ),
  make(
    "reveal-on-sight",
    scripted(
      `new IntersectionObserver(([e]) => { if (e.isIntersecting) e.target.animate({ width: ["1px", "301px"] }, { duration: 2000, fill: "both" }); }).observe(a);`,
      barElement("a", 0, "width:1px"),
    ),
    [bar(0, (n) => 5 * n, { tolerance: 11 })],
  ),
  make(
    "scroll-driven",
    plainPage(
      `<style>html { overflow-y: scroll } ::-webkit-scrollbar { display: none } body { height: 1180px } #a { position: fixed; animation: grow linear both; animation-timeline: scroll() } ${GROW}</style>${ROW}`,
      {
        script: `requestAnimationFrame(function step(t) { document.scrollingElement.scrollTop = t / 2; requestAnimationFrame(step); });`,
      },
    ),
    [bar(0, (n) => 5 * n, { tolerance: 8 })],
    { part: "animations" },
  ),
  make(
    "gradient-and-blend",
    plainPage(
      `<div style="position:absolute;inset:0;background:#ff0"></div><div style="position:absolute;inset:0;background:#0ff;mix-blend-mode:multiply"></div>`,
    ),
    [dot(160, 90, "#00ff00")],
  ),
  make(
    "random-is-the-same",
    scripted(`setInterval(() => { a.style.width = 10 + 290 * Math.random() + "px"; }, 200);`),
    [moves(2, 10), moves(10, 20)],
  ),
];
