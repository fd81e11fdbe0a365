import { hyperframesGroup } from "../hyperframes-case.ts";
import { barElement, composition, template } from "../page.ts";
import { bar, ramp } from "../shapes.ts";

const make = hyperframesGroup("css", "animations");
const GROW = "@keyframes grow { from { width: 0 } to { width: 300px } }";
const css = (body: string, style = GROW): string => composition(`<style>${style}</style>${body}`);
const animation = (value: string): string => barElement("a", 0, `animation: ${value}`);
const five = bar(0, (n) => 5 * n);
/** 300 px in two seconds from a start, within a window of frames. */
const within = (from: number, to: number, width: (n: number) => number) => (n: number) =>
  n >= from && n < to ? width(n - from) : 0;

export const cssAnimations = [
  make("linear", css(animation("grow 2s linear both")), [five]),
  make("delay-and-fill", css(animation("grow 1s linear 0.5s both")), [
    bar(0, (n) => ramp(n, 15, 45, 0, 300)),
  ]),
  make("negative-delay", css(animation("grow 4s linear -1s both")), [bar(0, (n) => 75 + 2.5 * n)]),
  make("endless", css(animation("grow 1s linear infinite")), [bar(0, (n) => 10 * (n % 30))]),
  make("alternate", css(animation("grow 1s linear 2 alternate both")), [
    bar(0, (n) => (n < 30 ? 10 * n : 600 - 10 * n)),
  ]),
  make("steps", css(animation("grow 2s steps(10, end) both")), [bar(0, (n) => 30 * Math.floor(n / 6))]),
  make("steps-at-the-start", css(animation("grow 2s steps(10, start) both")), [
    bar(0, (n) => Math.min(300, 30 * (Math.floor(n / 6) + 1))),
  ]),
  make(
    "of-a-pseudo-element",
    css(
      `<div id="a" style="position:absolute;left:0;top:0"></div>`,
      `${GROW} #a::before { content: ""; position: absolute; left: 0; top: 0; height: 16px; background: #000; animation: grow 2s linear both }`,
    ),
    [five],
  ),
  make(
    "of-a-custom-property",
    css(
      barElement("a", 0, "width: var(--w); animation: w 2s linear both"),
      `@property --w { syntax: "<length>"; inherits: true; initial-value: 0px } @keyframes w { from { --w: 0px } to { --w: 300px } }`,
    ),
    [five],
  ),
  make(
    "of-a-clip",
    css(barElement("a", 0, "animation: grow 2s linear both", 'data-start="0.5" data-duration="1"')),
    [
      bar(
        0,
        within(15, 45, (n) => 5 * n),
      ),
    ],
  ),
  // Only what carries `data-start` itself, or is a composition's, begins later: as HyperFrames has it.
  make(
    "within-a-clip",
    css(
      `<div data-start="0.5" data-duration="1" style="position:absolute;inset:0">${animation("grow 2s linear both")}</div>`,
    ),
    [
      bar(
        0,
        within(15, 45, (n) => 5 * (n + 15)),
      ),
    ],
  ),
  make(
    "delayed-within-a-clip",
    css(
      `<div data-start="0.5" data-duration="1.5" style="position:absolute;inset:0">${animation("grow 1s linear 0.5s both")}</div>`,
    ),
    [
      bar(
        0,
        within(15, 60, (n) => ramp(n + 15, 15, 45, 0, 300)),
      ),
    ],
  ),
  make(
    "within-a-nested-composition",
    {
      "index.html": composition(
        `<div data-composition-id="sub" data-composition-src="sub.html" data-start="0.5" data-duration="1" data-width="320" data-height="180"></div>`,
      ),
      "sub.html": template(
        "sub",
        `<style>${GROW} .grow { position: absolute; left: 0; top: 0; height: 16px; background: #000; animation: grow 2s linear both }</style><div class="grow"></div>`,
      ),
    },
    [
      bar(
        0,
        within(15, 45, (n) => 5 * n),
      ),
    ],
  ),
  make(
    "length-from-it",
    composition(`<style>${GROW}</style>${animation("grow 2s linear both")}`, { attributes: "" }),
    [five],
  ),
  make(
    "several-on-one-element",
    css(
      barElement("a", 0, "animation: grow 2s linear both, lower 2s steps(2, jump-none) both"),
      `${GROW} @keyframes lower { from { transform: translateY(0) } to { transform: translateY(20px) } }`,
    ),
    [bar(0, (n) => (n < 30 ? 5 * n : 0)), bar(1, (n) => (n < 30 ? 0 : 5 * n))],
  ),
  make(
    "transform-moves-it",
    css(
      barElement("a", 0, "width: 20px; animation: move 2s linear both"),
      "@keyframes move { to { transform: translateX(300px) } }",
    ),
    [bar(0, (n) => [5 * n, 5 * n + 20])],
  ),
];
