import { expect, it } from "vitest";

import { withPage } from "./open-page.ts";

/** Widths at a frame, at 30 frames a second; an animation of a second is 10 px further in each. */
type Width = (frame: number) => number;

const between = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value));
const upTo300 = (value: number): number => between(0, value, 300);
const WAY = "{ width: ['0px', '300px'] }";
const run = (options = ""): string =>
  `const a = e.animate(${WAY}, { duration: 1000, fill: "both", ${options} });`;
const STEPS = "easing: 'steps(30)'";
const css = (rest: string): string => `e.style.animation = "${rest}";`;

/** What a page does to an element, and how wide the specifications have it at each frame then. */
const CALLS: Readonly<Record<string, readonly [string, Width]>> = {
  reversed: [`${run()} at(500, () => a.reverse());`, (n) => upTo300(n < 15 ? 10 * n : 300 - 10 * n)],
  faster: [
    `${run("duration: 2000")} at(500, () => a.updatePlaybackRate(2));`,
    (n) => upTo300(n < 15 ? 5 * n : 75 + 10 * (n - 15)),
  ],
  stopped: [
    `${run()} at(300, () => { a.playbackRate = 0; }); at(600, () => { a.playbackRate = 1; });`,
    (n) => upTo300(n < 9 ? 10 * n : n < 18 ? 90 : 90 + 10 * (n - 18)),
  ],
  playedAfterCancel: [
    `${run()} at(300, () => a.cancel()); at(600, () => a.play());`,
    (n) => upTo300(n < 9 ? 10 * n : 10 * (n - 18)),
  ],
  playedAgain: [
    `${run("duration: 300")} at(600, () => a.play());`,
    (n) => upTo300(n < 18 ? (100 / 3) * n : (100 / 3) * (n - 18)),
  ],
  movedAfterTheEnd: [
    `${run("duration: 300")} at(600, () => { a.currentTime = 0; });`,
    (n) => upTo300(n < 18 ? (100 / 3) * n : (100 / 3) * (n - 18)),
  ],
  longer: [
    `${run()} at(500, () => a.effect.updateTiming({ duration: 2000 }));`,
    (n) => upTo300(n < 15 ? 10 * n : 5 * n),
  ],
  kept: [`${run()} at(500, () => { a.commitStyles(); a.cancel(); });`, (n) => upTo300(Math.min(150, 10 * n))],
  persistent: [
    `${run("duration: 100")} a.persist(); at(600, () => e.animate(${WAY}, { duration: 1000, fill: "both" }));`,
    (n) => upTo300(n < 18 ? 100 * n : 10 * (n - 18)),
  ],
  ownTimeline: [run("timeline: new DocumentTimeline({ originTime: 500 })"), (n) => upTo300(10 * n)],
  scrolled: [
    `e.animate(${WAY}, { fill: "both", timeline: new ScrollTimeline({ source: scroller }) }); each((n) => { scroller.scrollTop = 5 * n; });`,
    (n) => upTo300(5 * n),
  ],
  steps: [run(`${STEPS}, iterations: 3`), (n) => 10 * (n % 30)],
  stepsAndBack: [
    run(`${STEPS}, iterations: 3, direction: "alternate"`),
    (n) => (n < 30 ? 10 * n : n < 60 ? 300 - 10 * (n - 30) : 10 * (n - 60)),
  ],
  stepsBackwards: [run(`${STEPS}, iterations: 3, direction: "reverse"`), (n) => 300 - 10 * (n % 30)],
  stepsBegunBefore: [run(`${STEPS}, iterations: 3, delay: -1000 / 3`), (n) => 10 * ((n + 10) % 30)],
  keyframesOfSteps: [css("steps 1s step-end -0.5s infinite"), (n) => 10 * ((n + 15) % 30)],
  restarted: [
    `${css("grow 1s linear both")} at(500, () => { e.style.animation = "none"; e.offsetWidth; ${css("grow 1s linear both")} });`,
    (n) => upTo300(10 * (n < 15 ? n : n - 15)),
  ],
  pausedByStyle: [
    `${css("grow 1s linear both paused")} at(500, () => { e.style.animationPlayState = "running"; });`,
    (n) => upTo300(10 * (n - 15)),
  ],
  turnedTwice: [
    `e.style.transition = "width 1s linear"; at(100, () => { e.style.width = "300px"; }); at(600, () => { e.style.width = "0px"; }); at(700, () => { e.style.width = "300px"; });`,
    (n) => upTo300(n < 18 ? 10 * (n - 3) : n < 21 ? 150 - 10 * (n - 18) : 120 + 10 * (n - 21)),
  ],
};

const STEP_KEYFRAMES = Array.from({ length: 30 }, (_, n) => `${(n / 30) * 100}% { width: ${n * 10}px }`).join(
  " ",
);

it(
  "moves animations as the specifications say, whatever a page does with them",
  { timeout: 60_000 },
  async () => {
    await withPage(
      `<style>@keyframes grow { from { width: 0 } to { width: 300px } } @keyframes steps { ${STEP_KEYFRAMES} }
      b { display: block; width: 0; height: 2px }</style>
    <div data-composition-id="main" data-duration="9">${Object.keys(CALLS)
      .map((name) => `<b id="${name}"></b>`)
      .join(
        "",
      )}<div id="scroller" style="height: 50px; overflow: auto"><p style="height: 350px; margin: 0"></div></div>
    <script>
      const at = (ms, call) => setTimeout(call, ms);
      const each = (call) => { let n = 0; requestAnimationFrame(function next() { call(n++); requestAnimationFrame(next); }); };
      ${Object.entries(CALLS)
        .map(([name, [script]]) => `{ const e = document.getElementById("${name}"); ${script} }`)
        .join("\n")}
      const widths = () => [...document.querySelectorAll("b")].map((e) => parseFloat(getComputedStyle(e).width));
    </script>`,
      async ({ read, stepTo, composition }) => {
        const wrong: string[] = [];
        for (let frame = 0; frame < 66; frame++) {
          await stepTo(frame);
          // Scrolling moves animations with the browser's frames, at the latest by the next.
          await composition.frames.settle(Date.now() + 10_000, frame);
          const widths = (await read("widths()")) as number[];
          for (const [index, [name, [, width]]] of Object.entries(CALLS).entries()) {
            const [seen, wanted] = [widths[index] ?? -1, width(frame)];
            if (Math.abs(seen - wanted) > 0.1) wrong.push(`${name} at ${frame}: ${seen}, not ${wanted}`);
          }
        }
        expect(wrong).toEqual([]);
      },
      { fps: { num: 30, den: 1 } },
    );
  },
);
