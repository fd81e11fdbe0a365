import { bar, dot, moves, ramp } from "../shapes.ts";
import { hyperframesGroup } from "../hyperframes-case.ts";
import { animated, barElement, composition, tween } from "../page.ts";

const make = hyperframesGroup("timelines", "tree");
const ONE_BAR = barElement("a", 0);
/** 300 px in two seconds at 30 frames a second. */
const five = bar(0, (n) => 5 * n);

export const timelines = [
  make("attribute", animated(ONE_BAR, tween("main", "#a", "width: 300", 2)), [five]),
  make(
    "no-guard",
    animated(
      ONE_BAR,
      `const tl = gsap.timeline({ paused: true }); tl.to("#a", { width: 300, duration: 2, ease: "none" });
       window.__timelines["main"] = tl;`,
    ),
    [five],
  ),
  make(
    "before-the-library",
    animated(ONE_BAR, tween("main", "#a", "width: 300", 2), {
      head: `<script>__timelines.early = null; delete __timelines.early;</script>`,
    }),
    [five],
  ),
  make(
    "length-from-the-timeline",
    animated(ONE_BAR, tween("main", "#a", "width: 300", 2), { attributes: "" }),
    [five],
  ),
  make(
    "object-instead",
    animated(
      ONE_BAR,
      `const tl = gsap.timeline({ paused: true }); tl.to("#a", { width: 300, duration: 2, ease: "none" });
       window.__timelines = { main: tl };`,
    ),
    [five],
  ),
  make(
    "late-by-a-timer",
    animated(ONE_BAR, `setTimeout(() => ${tween("main", "#a", "width: 300", 2)}, 300);`),
    [five],
  ),
  make(
    "late-by-a-promise",
    animated(
      ONE_BAR,
      `document.fonts.ready.then(() => fetch("n.json")).then((r) => r.json()).then(({ px }) => {
        const tl = gsap.timeline({ paused: true }); tl.to("#a", { width: px, duration: 2, ease: "none" });
        window.__timelines["main"] = tl; });`,
    ),
    [five],
  ),
  make(
    "late-on-load",
    animated(ONE_BAR, `window.addEventListener("load", () => ${tween("main", "#a", "width: 300", 2)});`),
    [five],
  ),
  make(
    "endless-repeat",
    animated(
      ONE_BAR + barElement("b", 1),
      `const tl = gsap.timeline({ paused: true });
       tl.to("#a", { width: 150, duration: 1, ease: "none", repeat: -1 }, 0).to("#b", { width: 300, duration: 2, ease: "none" }, 0);
       window.__timelines["main"] = tl;`,
    ),
    [bar(0, (n) => (n === 30 ? 150 : (n % 30) * 5)), bar(1, (n) => 5 * n)],
  ),
  make(
    "yoyo-and-repeat",
    animated(
      ONE_BAR,
      `const tl = gsap.timeline({ paused: true });
       tl.fromTo("#a", { width: 50 }, { width: 200, duration: 0.5, ease: "none", repeat: 3, yoyo: true });
       window.__timelines["main"] = tl;`,
    ),
    [bar(0, (n) => (n % 30 < 15 ? 50 + 10 * (n % 30) : 350 - 10 * (n % 30)))],
  ),
  make(
    "positions-and-labels",
    animated(
      [0, 1, 2].map((row) => barElement(`b${row}`, row)).join(""),
      `const tl = gsap.timeline({ paused: true, defaults: { ease: "none", duration: 0.5 } });
       tl.addLabel("mid", 1).to("#b0", { width: 150 }, 0.5).to("#b1", { width: 150 }, "mid").to("#b2", { width: 150 }, "<0.25");
       window.__timelines["main"] = tl;`,
    ),
    [
      bar(0, (n) => ramp(n / 30, 0.5, 1, 0, 150)),
      bar(1, (n) => ramp(n / 30, 1, 1.5, 0, 150)),
      bar(2, (n) => ramp(n / 30, 1.25, 1.75, 0, 150)),
    ],
  ),
  make("shorter-than-the-root", animated(ONE_BAR, tween("main", "#a", "width: 150", 1)), [
    bar(0, (n) => ramp(n / 30, 0, 1, 0, 150)),
  ]),
  make("longer-than-the-root", animated(ONE_BAR, tween("main", "#a", "width: 300", 4)), [
    bar(0, (n) => 2.5 * n),
  ]),
  make(
    "fractions-of-a-second",
    animated(ONE_BAR, tween("main", "#a", "width: 300", 2), { attributes: 'data-duration="1.5"' }),
    [five],
    { frames: 45 },
  ),
  make(
    "a-float-that-is-off",
    animated(ONE_BAR, tween("main", "#a", "width: 300", 2), { attributes: 'data-duration="1.1"' }),
    [five],
    { frames: 33 },
  ),
  make(
    "callbacks-change-the-page",
    animated(
      ONE_BAR,
      `const tl = gsap.timeline({ paused: true }); const state = { px: 0 };
       tl.to(state, { px: 300, duration: 2, ease: "none", onUpdate: () => { a.style.width = state.px + "px"; } });
       window.__timelines["main"] = tl;`,
    ),
    [five],
  ),
  make(
    "elastic-ease",
    animated(
      barElement("a", 0, "width:40px"),
      `const tl = gsap.timeline({ paused: true }); tl.to("#a", { x: 200, duration: 2, ease: "elastic.out(1, 0.3)" });
       window.__timelines["main"] = tl;`,
    ),
    [moves(2, 4), moves(5, 10), dot(220, 8, (n) => (n > 55 ? "#000000" : null))],
  ),
  make(
    "seeked-by-its-script",
    animated(ONE_BAR, `${tween("main", "#a", "width: 300", 2)} window.__timelines.main.seek(0);`),
    [five],
  ),
  make(
    "twenty-five-frames-a-second",
    animated(ONE_BAR, tween("main", "#a", "width: 300", 2)),
    [bar(0, (n) => 6 * n)],
    { frames: 50, request: { fps: 25 } },
  ),
  make(
    "plain-object-with-seek",
    composition(ONE_BAR, {
      after: `<script>window.__timelines = window.__timelines || {};
        window.__timelines.main = { duration: () => 2, seek(t) { a.style.width = 150 * t + "px"; }, pause() {}, play() {},
          time() { return 0; }, totalTime(t) { if (t !== undefined) this.seek(t); return this; } };</script>`,
    }),
    [five],
  ),
].map((each) => ({ ...each, files: { ...each.files, "n.json": '{"px": 300}' } }));
