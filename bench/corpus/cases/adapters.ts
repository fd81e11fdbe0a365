import { hyperframesGroup } from "../hyperframes-case.ts";
import { animated, barElement, composition, tween } from "../page.ts";
import { bar, dot } from "../shapes.ts";

const make = hyperframesGroup("adapters", "adapters");
const five = bar(0, (n) => 5 * n);
const ROW = barElement("a", 0);
/** Registers a still timeline, as compositions do that are moved by something else. */
const STILL =
  "window.__timelines = { main: { duration: () => 2, seek() {}, pause() {}, play() {}, time: () => 0, totalTime() {} } };";
const page = (script: string, body = ROW): string =>
  composition(body, { after: `<script>${STILL}\n${script}</script>` });

export const adapters = [
  make(
    "lottie-player",
    page(`window.__hfLottie = [{ totalFrames: 60, frameRate: 30, getDuration: () => 2, pause() {}, play() {},
      goToAndStop(v, isFrame) { a.style.width = (isFrame ? v * 5 : v * 0.15) + "px"; } }];`),
    [five],
  ),
  make(
    "anime-instance",
    page(
      `window.__hfAnime = [{ duration: 2000, pause() {}, play() {}, seek(ms) { a.style.width = ms * 0.15 + "px"; } }];`,
    ),
    [five],
  ),
  make(
    "two-of-each",
    page(
      `window.__hfAnime = [0, 1].map((i) => ({ duration: 2000, pause() {}, play() {}, seek(ms) { document.getElementById("ab"[i]).style.width = ms * 0.15 + "px"; } }));
       window.__hfLottie = [0, 1].map((i) => ({ totalFrames: 60, frameRate: 30, pause() {}, play() {},
         goToAndStop(v, isFrame) { document.getElementById("cd"[i]).style.width = (isFrame ? v * 5 : v * 0.15) + "px"; } }));`,
      ["a", "b", "c", "d"].map((id, row) => barElement(id, row)).join(""),
    ),
    [0, 1, 2, 3].map((row) => bar(row, (n) => 5 * n)),
  ),
  make(
    "registered-late",
    page(
      `setTimeout(() => { (window.__hfAnime ??= []).push({ duration: 2000, pause() {}, play() {}, seek(ms) { a.style.width = ms * 0.15 + "px"; } }); }, 100);`,
    ),
    [five],
  ),
  make(
    "seek-event",
    page(`addEventListener("hf-seek", ({ detail }) => { a.style.width = 150 * detail.time + "px"; });`),
    [five],
  ),
  make(
    "seek-event-waits",
    page(`addEventListener("hf-seek", ({ detail }) => detail.waitUntil((async () => {
      const text = await (await fetch(URL.createObjectURL(new Blob([String(150 * detail.time)])))).text();
      a.style.width = text + "px"; })()));`),
    [five],
  ),
  make(
    "seek-event-waits-for-a-timer",
    page(`addEventListener("hf-seek", ({ detail }) => detail.waitUntil(new Promise((done) => setTimeout(() => {
      a.style.width = 150 * detail.time + "px"; done(); }, 5))));`),
    [five],
  ),
  make(
    "seek-event-waits-for-an-image",
    page(
      `const context = c.getContext("2d"); addEventListener("hf-seek", ({ detail }) => detail.waitUntil((async () => {
        const image = new Image(); const width = Math.max(1, Math.round(150 * detail.time));
        image.src = "data:image/svg+xml," + encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="' + width + '" height="16"><rect width="400" height="16"/></svg>');
        await image.decode(); context.clearRect(0, 0, 320, 16); context.drawImage(image, 0, 0); })()));`,
      `<canvas id="c" width="320" height="16" style="position:absolute;left:0;top:0"></canvas>`,
    ),
    [bar(0, (n) => Math.max(1, 5 * n))],
  ),
  make(
    "three-time",
    page(`addEventListener("hf-seek", () => { a.style.width = 150 * window.__hfThreeTime + "px"; });`),
    [five],
  ),
  make(
    "paused-web-animation",
    page(`a.animate([{ width: "0px" }, { width: "300px" }], { duration: 2000, fill: "both" }).pause();`),
    [five],
  ),
  make(
    "running-web-animation",
    page(`a.animate([{ width: "0px" }, { width: "300px" }], { duration: 2000, fill: "both" });`),
    [five],
  ),
  make(
    "two-web-animations-with-delays",
    page(
      `a.animate([{ width: "0px" }, { width: "150px" }], { duration: 1000, delay: 500, fill: "both" });
       b.animate([{ width: "0px" }, { width: "150px" }], { duration: 500, iterations: 3, endDelay: 500, fill: "both" }).pause();`,
      ROW + barElement("b", 1),
    ),
    [bar(0, (n) => Math.min(150, Math.max(0, 5 * (n - 15)))), bar(1, (n) => (n >= 45 ? 150 : 10 * (n % 15)))],
  ),
  make(
    "waits-for-the-player",
    animated(
      ROW,
      `(function wait() { if (!window.__player && !window.__playerReady) { setTimeout(wait, 20); return; }
        ${tween("main", "#a", "width: 300", 2)} })();`,
    ),
    [five],
  ),
  make(
    "protocol-of-the-page",
    composition(ROW, {
      attributes: "",
      after: `<script>window.__hf = { duration: 2, seek(t) { a.style.width = 150 * t + "px"; } };</script>`,
    }),
    [five],
  ),
  make(
    "canvas-drawn-by-the-timeline",
    animated(
      `<canvas id="c" width="320" height="180"></canvas>`,
      `const context = c.getContext("2d"); const state = { px: 0 }; const tl = gsap.timeline({ paused: true });
       const draw = () => { context.clearRect(0, 0, 320, 180); context.fillRect(0, 0, state.px, 16); };
       tl.to(state, { px: 300, duration: 2, ease: "none", onUpdate: draw }); draw(); window.__timelines.main = tl;`,
    ),
    [five],
  ),
  make(
    "webgl-drawn-at-a-seek",
    page(
      `const gl = c.getContext("webgl", { preserveDrawingBuffer: true });
       addEventListener("hf-seek", ({ detail }) => { gl.clearColor(1, 1, 1, 1); gl.disable(gl.SCISSOR_TEST); gl.clear(gl.COLOR_BUFFER_BIT);
         gl.enable(gl.SCISSOR_TEST); gl.scissor(0, 164, 150 * detail.time, 16); gl.clearColor(0, 0, 0, 1); gl.clear(gl.COLOR_BUFFER_BIT); });`,
      `<canvas id="c" width="320" height="180"></canvas>`,
    ),
    [five, dot(300, 100, "#ffffff")],
  ),
];
