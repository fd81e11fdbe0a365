import { bar, dot, ramp } from "../shapes.ts";
import { hyperframesGroup } from "../hyperframes-case.ts";
import { animated, barElement, composition, tween } from "../page.ts";

const make = hyperframesGroup("clips", "tree");

/** Shown from one frame to another, the second exclusive. */
const during =
  (from: number, to: number, width = 100) =>
  (n: number) =>
    n >= from && n < to ? width : 0;
const clip = (id: string, row: number, timing: string, style = "width:100px") =>
  barElement(id, row, style, `data-track-index="${row}" ${timing}`);

export const clips = [
  make(
    "start-and-duration",
    composition(
      clip("a", 0, 'data-start="0.5" data-duration="1"') + clip("b", 1, 'data-start="0" data-duration="0.5"'),
    ),
    [bar(0, during(15, 45)), bar(1, during(0, 15))],
  ),
  make("to-the-end", composition(clip("a", 0, 'data-start="1"')), [bar(0, during(30, 60))]),
  make(
    "last-frame-of-a-clip-that-ends-with-the-root",
    composition(clip("a", 0, 'data-start="0" data-duration="2"')),
    [bar(0, () => 100)],
  ),
  make("longer-than-the-root", composition(clip("a", 0, 'data-start="1.5" data-duration="9"')), [
    bar(0, during(45, 60)),
  ]),
  make(
    "thirds-of-a-second",
    composition(
      clip("a", 0, 'data-start="0.3333" data-duration="0.3333"') +
        clip("b", 1, 'data-start="0.1" data-duration="0.2"') +
        clip("c", 2, 'data-start="0.7" data-duration="0.1"'),
    ),
    [bar(0, during(10, 20)), bar(1, during(3, 9)), bar(2, during(21, 24))],
    { frames: 60 },
  ),
  make(
    "class-clip-hidden-by-style",
    composition(
      `<style>.clip { visibility: hidden }</style>${barElement("a", 0, "width:100px", 'data-start="0.5" data-duration="1"').replace('class="bar"', 'class="bar clip"')}`,
    ),
    [bar(0, during(15, 45))],
  ),
  make(
    "nested-in-a-plain-element",
    composition(
      `<section style="position:absolute;inset:0"><div>${clip("a", 0, 'data-start="0.5" data-duration="1"')}</div></section>`,
    ),
    [bar(0, during(15, 45))],
  ),
  make(
    "a-clip-within-a-clip",
    composition(
      `<div data-start="0.5" data-duration="1" data-track-index="0" style="position:absolute;inset:0">${clip("a", 0, 'data-start="1" data-duration="1"')}</div>`,
    ),
    [bar(0, during(30, 45))],
  ),
  make(
    "hidden-children-stay-hidden",
    composition(
      `<div data-start="0.5" data-duration="1" style="position:absolute;inset:0">${barElement("a", 0, "width:100px;visibility:hidden")}${barElement("b", 1, "width:100px")}</div>`,
    ),
    [bar(0, () => 0), bar(1, during(15, 45))],
  ),
  make(
    "added-by-a-script",
    animated(
      "",
      `for (let i = 0; i < 4; i++) { const e = document.createElement("div"); e.className = "bar clip";
        e.dataset.start = String(i * 0.5); e.dataset.duration = "0.5"; e.style.cssText = "width:100px;top:" + 20 * i + "px";
        root.append(e); } ${tween("main", ".clip", "opacity: 1", 2)}`,
    ),
    [0, 1, 2, 3].map((row) => bar(row, during(15 * row, 15 * row + 15))),
  ),
  make(
    "with-a-timeline",
    animated(
      clip("a", 0, 'data-start="0.5" data-duration="1"', "width:0"),
      tween("main", "#a", "width: 300", 2),
    ),
    [bar(0, (n) => (n >= 15 && n < 45 ? 5 * n : 0))],
  ),
  make(
    "fades-by-opacity",
    animated(
      clip("a", 0, 'data-start="0" data-duration="2"', "width:320px"),
      `const tl = gsap.timeline({ paused: true });
       tl.fromTo("#a", { opacity: 0 }, { opacity: 1, duration: 1, ease: "none" }).to("#a", { opacity: 0, duration: 1, ease: "none" });
       window.__timelines["main"] = tl;`,
    ),
    [
      dot(160, 8, (n) => {
        const level = Math.round(255 * (1 - (n < 30 ? ramp(n, 0, 30, 0, 1) : ramp(n, 30, 60, 1, 0))));
        const channel = level.toString(16).padStart(2, "0");
        return `#${channel}${channel}${channel}`;
      }),
    ],
  ),
  make(
    "autoalpha-of-the-timeline",
    animated(
      barElement("a", 0, "width:100px"),
      `const tl = gsap.timeline({ paused: true });
       tl.set("#a", { autoAlpha: 0 }, 0).set("#a", { autoAlpha: 1 }, 0.5).set("#a", { autoAlpha: 0 }, 1.5);
       window.__timelines["main"] = tl;`,
    ),
    [bar(0, during(15, 45))],
  ),
  make(
    "z-index-wins-over-tracks",
    composition(
      `<div data-start="0" data-track-index="9" style="position:absolute;inset:0;background:#ff0000;z-index:1"></div>
       <div data-start="0" data-track-index="1" style="position:absolute;inset:0;background:#0000ff;z-index:2"></div>`,
    ),
    [dot(160, 90, "#0000ff")],
  ),
  make(
    "document-order-without-z-index",
    composition(
      `<div data-start="0" data-track-index="9" style="position:absolute;inset:0;background:#ff0000"></div>
       <div data-start="0" data-track-index="1" style="position:absolute;inset:0;background:#0000ff"></div>`,
    ),
    [dot(160, 90, "#0000ff")],
  ),
  make(
    "scenes-one-after-another",
    composition(
      ["#ff0000", "#00ff00", "#0000ff", "#ffff00"]
        .map(
          (colour, i) =>
            `<div class="clip" data-start="${i * 0.5}" data-duration="0.5" data-track-index="0" style="position:absolute;inset:0;background:${colour}"></div>`,
        )
        .join(""),
    ),
    [dot(160, 90, (n) => ["#ff0000", "#00ff00", "#0000ff", "#ffff00"][Math.floor(n / 15)] ?? null)],
  ),
  make(
    "display-of-the-author-is-kept",
    composition(
      `<div class="clip" data-start="0.5" data-duration="1" style="position:absolute;inset:0;display:flex;align-items:flex-end">
        <div style="width:100px;height:16px;background:#000;margin-bottom:4px"></div></div>`,
    ),
    [bar(8, during(15, 45))],
  ),
];
