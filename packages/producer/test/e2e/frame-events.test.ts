import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { renderInChunks } from "./chunked-render.ts";
import { decodeGrey } from "./decode.ts";
import { sharedTools, openFolder } from "./machine.ts";

const FPS = { num: 30, den: 1 };
const WIDTH = 320;
const ROW = 20;
const FRAMES = 60;

/** Each row's box moves on by something that only happens in the browser's own frames, or in its own time. */
const ROWS = {
  animationend: `box.style.animation = "go 0.3s linear both";
    box.addEventListener("animationend", () => { box.style.animation = "on 1s linear both"; }, { once: true });`,
  transitionend: `box.style.transition = "translate 0.2s linear"; let x = 0;
    const go = () => { x += 40; box.style.translate = x + "px"; };
    box.ontransitionend = go; setTimeout(go, 100);`,
  animationiteration: `box.style.animation = "blink 0.25s linear infinite"; let n = 0;
    box.addEventListener("animationiteration", () => { box.style.translate = (n += 30) + "px"; });`,
  scroll: `row.style.overflow = "hidden"; row.innerHTML = "<p style='height:4000px'></p>"; row.prepend(box); let n = 0;
    row.addEventListener("scroll", () => { box.style.translate = (n += 5) + "px " + row.scrollTop + "px"; });
    setInterval(() => { row.scrollTop += 3; }, 50);`,
  "intersection observer": `box.style.translate = "-30px";
    new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      box.style.transition = "translate 1s linear"; box.style.translate = "200px";
    }).observe(box);
    setTimeout(() => { box.style.translate = "0px"; }, 300);`,
  "resize observer": `let n = 0; new ResizeObserver(() => { box.style.translate = (n += 20) + "px"; }).observe(box);
    setInterval(() => { box.style.width = 16 + (n % 40) / 20 + "px"; }, 150);`,
  "fetch and sleep": `let n = 0; const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    (async () => { for (;;) { await sleep(100); await (await fetch(location.href)).text(); box.style.translate = (n += 10) + "px"; } })();`,
  "shadow tree": `const host = row.attachShadow({ mode: "closed" });
    host.innerHTML = "<style>@keyframes go { to { translate: 300px } } i { display: block; width: 16px; height: 20px; background: #fff; animation: go 2s linear both }</style><i></i>";`,
  "frame that comes later": `setTimeout(() => {
      row.innerHTML = "<iframe width=320 height=20 frameborder=0 srcdoc='<style>body{margin:0}@keyframes go{to{translate:300px}}i{display:block;width:16px;height:20px;background:#fff;animation:go 2s linear both}</style><i></i>'></iframe>";
    }, 500);`,
};
const NAMES = Object.keys(ROWS);

const HTML = `<!doctype html><html><head><style>
  body { margin: 0; background: #000 }
  section { height: ${ROW}px; position: relative; overflow: clip }
  b { display: block; width: 16px; height: ${ROW}px; background: #fff }
  @keyframes go { to { translate: 60px } } @keyframes on { from { translate: 60px } to { translate: 300px } }
  @keyframes blink { from { opacity: 1 } to { opacity: 0.9 } }
</style></head><body>
<div data-composition-id="main" data-width="${WIDTH}" data-height="${ROW * NAMES.length}" data-duration="2"></div>
${Object.values(ROWS)
  .map(
    (script) =>
      `<section><b></b><script>{ const row = document.currentScript.parentElement; const box = row.firstChild; ${script} }</script></section>`,
  )
  .join("\n")}
</body></html>`;

/** Where the first white pixel of each row is, frame by frame; null where there is none. */
function positions(grey: Buffer): (number | null)[][] {
  const frame = WIDTH * ROW * NAMES.length;
  return Array.from({ length: grey.length / frame }, (_, f) =>
    NAMES.map((_name, row) => {
      const line = grey.subarray(f * frame + (row * ROW + ROW / 2) * WIDTH).subarray(0, WIDTH);
      const x = line.findIndex((luma) => luma > 128);
      return x === -1 ? null : x;
    }),
  );
}

test(
  "what happens only in the browser's frames happens at the same frame in every chunk and every run",
  { timeout: 120_000 },
  async () => {
    await using folder = await openFolder();
    const tools = await sharedTools();
    const render = async (take: string, cuts: number[]): Promise<(number | null)[][]> => {
      const dir = join(folder.dir, take);
      await mkdir(dir);
      const page = { tools, html: HTML, width: WIDTH, height: ROW * NAMES.length, fps: FPS, dir };
      return positions(await decodeGrey((await renderInChunks({ ...page, cuts, quality: "high" })).file));
    };
    const whole = await render("whole", [0, FRAMES]);
    const inChunks = await render("chunks", [0, 13, 31, 47, FRAMES]);
    for (const [row, name] of NAMES.entries()) {
      const of = (frames: (number | null)[][]): string => frames.map((frame) => frame[row] ?? "-").join(" ");
      expect(of(inChunks), name).toBe(of(whole));
      // A row whose box stood still would prove nothing.
      expect(new Set(whole.map((frame) => frame[row])).size, name).toBeGreaterThan(5);
    }
    const at = (frame: number, name: string): number | null | undefined =>
      whole[frame]?.[NAMES.indexOf(name)];
    expect(at(9, "animationend")).toBe(60);
    expect(at(30, "shadow tree")).toBe(150);
    // It came at 0.5 s, which is its own beginning.
    expect(at(45, "frame that comes later")).toBeCloseTo(150, -1.2);
  },
);

test(
  "transitions that begin in the browser's frames wait for the page's time, however long its scripts take",
  { timeout: 90_000 },
  async () => {
    await using folder = await openFolder();
    // Each begins as the one before it ends, and then a script runs for longer than it lasts.
    const html = `<!doctype html><html><body style="margin:0;background:#000">
      <div data-composition-id="main" data-width="${WIDTH}" data-height="${ROW}" data-duration="1"></div>
      <b style="position:absolute;top:0;width:16px;height:${ROW}px;background:#fff;transition:translate 0.1s linear"></b>
      <script>
        const box = document.querySelector("b");
        let x = 0;
        const go = () => {
          x += 30;
          box.style.translate = x + "px";
          setTimeout(() => { for (let i = 0; i < 2e8; i++); }, 1);
        };
        box.ontransitionend = go;
        setTimeout(go, 100);
      </script></body></html>`;
    const page = { tools: await sharedTools(), html, width: WIDTH, height: ROW, fps: FPS, dir: folder.dir };
    const { file } = await renderInChunks({ ...page, cuts: [0, 30], quality: "high" });
    const grey = await decodeGrey(file);
    const at = Array.from({ length: 30 }, (_, frame) =>
      grey
        .subarray(frame * WIDTH * ROW)
        .subarray(0, WIDTH)
        .findIndex((luma) => luma > 128),
    );
    // As in Chromium in real time, where such transitions of 90 ms follow one another every 100.0 ms at 60 Hz: what the
    // end of one begins, begins in that very frame.
    const expected = at.map((_, frame) => 10 * Math.max(0, frame - 3));
    expect(at).toEqual(expected);
  },
);
