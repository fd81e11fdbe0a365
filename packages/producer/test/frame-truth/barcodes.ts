/** Compositions that show their own frame number as a row of black and white blocks. */

const BITS = 12;
const BLOCK = 40;
export const WIDTH = BITS * BLOCK;
export const HEIGHT = 64;

/** Shows `n` when called; the blocks are laid out by `barcodePage`. */
const DRAW = `
  const blocks = [...document.querySelectorAll("#code i")];
  const show = (n) => blocks.forEach((block, bit) => { block.style.background = (n >> bit) & 1 ? "#fff" : "#000"; });
`;

/** A page with the blocks, and `show(n)` for its script. */
export function barcodePage(seconds: number, script: string, style = ""): string {
  const blocks = Array.from({ length: BITS }, (_, bit) => `<i style="--bit:${bit}"></i>`).join("");
  return `<!doctype html>
<html><head><style>
  body { margin: 0; background: #000 }
  #code { display: flex; width: ${WIDTH}px; height: ${HEIGHT}px }
  #code i { width: ${BLOCK}px; height: ${HEIGHT}px; background: #000 }
  ${style}
</style></head><body>
<div id="code" data-composition-id="main" data-width="${WIDTH}" data-height="${HEIGHT}" data-start="0" data-duration="${seconds}">${blocks}</div>
<script>${DRAW}</script>
<script>${script}</script>
</body></html>`;
}

/** Each bit is an animation that is white for the second half of its period; sampled in the middle of a frame. */
const blinkPeriod = (bit: string, frameMs: number): string => `${frameMs} * pow(2, ${bit} + 1) * 1ms`;

export interface BarcodeInput {
  readonly seconds: number;
  readonly frameMs: number;
  /** GSAP's source, for the composition that uses it. */
  readonly gsap: string;
}

export const BARCODES: Readonly<Record<string, (input: BarcodeInput) => string>> = {
  gsap: ({ seconds, frameMs, gsap }) =>
    barcodePage(
      seconds,
      `${gsap};
      const state = { n: 0 };
      const timeline = gsap.timeline({ paused: true });
      timeline.to(state, { n: ${seconds * 1000} / ${frameMs}, duration: ${seconds}, ease: "none",
        onUpdate: () => show(Math.round(state.n)) });
      show(0);
      window.__timelines = { main: timeline };`,
    ),
  css: ({ seconds, frameMs }) =>
    barcodePage(
      seconds,
      "",
      `@keyframes blink { 0%, 49.999% { background: #000 } 50%, 100% { background: #fff } }
      #code i { animation: blink calc(${blinkPeriod("var(--bit)", frameMs)}) step-end ${-frameMs / 2}ms infinite }`,
    ),
  "web-animations": ({ seconds, frameMs }) =>
    barcodePage(
      seconds,
      `blocks.forEach((block, bit) => block.animate(
        [{ background: "#000", offset: 0, easing: "step-end" }, { background: "#fff", offset: 0.5, easing: "step-end" }, { background: "#fff", offset: 1 }],
        { duration: ${frameMs} * 2 ** (bit + 1), delay: ${-frameMs / 2}, iterations: Infinity }));`,
    ),
  "animation-frame": ({ seconds }) =>
    barcodePage(
      seconds,
      `let n = -1;
      const next = () => { show(++n); requestAnimationFrame(next); };
      requestAnimationFrame(next);`,
    ),
  timers: ({ seconds, frameMs }) =>
    barcodePage(seconds, `let n = 0; setInterval(() => show(++n), ${frameMs});`),
  "date-now": ({ seconds, frameMs }) =>
    barcodePage(
      seconds,
      `const start = Date.now();
      const next = () => { show(Math.round((Date.now() - start) / ${frameMs})); requestAnimationFrame(next); };
      requestAnimationFrame(next);`,
    ),
};

/** Reads the frame numbers out of raw grey frames of the size above. */
export function readBarcodes(grey: Buffer): number[] {
  const size = WIDTH * HEIGHT;
  const numbers: number[] = [];
  for (let offset = 0; offset + size <= grey.length; offset += size) {
    let n = 0;
    for (let bit = 0; bit < BITS; bit++) {
      const x = bit * BLOCK + BLOCK / 2;
      const luma = grey[offset + (HEIGHT / 2) * WIDTH + x] ?? 0;
      if (luma > 128) n |= 1 << bit;
    }
    numbers.push(n);
  }
  return numbers;
}
