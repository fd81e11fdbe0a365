import { bar, ramp } from "../shapes.ts";
import { hyperframesGroup } from "../hyperframes-case.ts";
import { barElement, composition, gsapFile, template, tween } from "../page.ts";

const make = hyperframesGroup("nested", "tree");
const GSAP = { head: '<script src="gsap.min.js"></script>' };
const gsap = { "gsap.min.js": gsapFile() };

/** A host of a nested composition, whole frame. */
function host(id: string, src: string, timing: string, more = ""): string {
  return `<div data-composition-id="${id}" data-composition-src="${src}" data-width="320" data-height="180" ${timing} ${more} style="position:absolute;left:0;top:0;width:320px;height:180px"></div>`;
}

/** A file whose bar grows by 150 px a second of its own time. */
function growing(id: string, row: number, seconds = 2): string {
  const width = 150 * seconds;
  return template(
    id,
    `<style>.grow { position: absolute; left: 0; top: ${20 * row}px; height: 16px; width: 0; background: #000 }</style>
     <div class="grow"></div>
     <script>${tween(id, `[data-composition-id="${id}"] .grow`, `width: ${width}`, seconds)}</script>`,
  );
}

/** 150 px a second from a start, while it is shown. */
const grows =
  (from: number, to: number, rate = 1) =>
  (n: number) =>
    n >= from && n < to ? 5 * rate * (n - from) : 0;

export const nested = [
  make(
    "by-src",
    {
      "index.html": composition(
        host("sub", "compositions/sub.html", 'data-start="0" data-duration="2"'),
        GSAP,
      ),
      "compositions/sub.html": growing("sub", 0),
      ...gsap,
    },
    [bar(0, grows(0, 60))],
  ),
  make(
    "by-src-later",
    {
      "index.html": composition(
        host("sub", "compositions/sub.html", 'data-start="0.5" data-duration="1"'),
        GSAP,
      ),
      "compositions/sub.html": growing("sub", 0),
      ...gsap,
    },
    [bar(0, grows(15, 45))],
  ),
  make(
    "with-a-dot-and-a-slash",
    {
      "index.html": composition(
        host("sub", "./compositions/sub.html", 'data-start="0.5" data-duration="1"'),
        GSAP,
      ),
      "compositions/sub.html": growing("sub", 0),
      ...gsap,
    },
    [bar(0, grows(15, 45))],
  ),
  make(
    "inline",
    {
      "index.html": composition(
        `<div data-composition-id="sub" data-start="0.5" data-duration="1" data-width="320" data-height="180">${barElement("a", 0)}<script>${tween("sub", "#a", "width: 300", 2)}</script></div>`,
        GSAP,
      ),
      ...gsap,
    },
    [bar(0, grows(15, 45))],
  ),
  make(
    "inline-to-depth-three",
    {
      "index.html": composition(
        `<div data-composition-id="one" data-start="0.2" data-duration="1.6" data-width="320" data-height="180">
          <div data-composition-id="two" data-start="0.2" data-duration="1.2" data-width="320" data-height="180">
           <div data-composition-id="three" data-start="0.2" data-duration="0.8" data-width="320" data-height="180">${barElement("a", 0)}
            <script>${tween("three", "#a", "width: 300", 2)}</script></div></div></div>`,
        GSAP,
      ),
      ...gsap,
    },
    [bar(0, grows(18, 42))],
  ),
  make(
    "by-src-to-depth-three",
    {
      "index.html": composition(
        host("one", "compositions/one.html", 'data-start="0.2" data-duration="1.6"'),
        GSAP,
      ),
      "compositions/one.html": template(
        "one",
        host("two", "compositions/two.html", 'data-start="0.2" data-duration="1.2"'),
      ),
      "compositions/two.html": template(
        "two",
        host("three", "compositions/three.html", 'data-start="0.2" data-duration="0.8"'),
      ),
      "compositions/three.html": growing("three", 0),
      ...gsap,
    },
    [bar(0, grows(18, 42))],
  ),
  make(
    "two-files-after-each-other",
    {
      "index.html": composition(
        host("one", "one.html", 'id="one" data-start="0" data-duration="1"') +
          host("two", "two.html", 'data-start="one" data-duration="1"'),
        GSAP,
      ),
      "one.html": growing("one", 0),
      "two.html": growing("two", 1),
      ...gsap,
    },
    [bar(0, grows(0, 30)), bar(1, grows(30, 60))],
  ),
  make(
    "own-timeline-of-the-root",
    {
      "index.html": composition(
        host("sub", "sub.html", 'data-start="0.5" data-duration="1"') +
          barElement("a", 1) +
          `<script>${tween("main", "#a", "width: 300", 2)}</script>`,
        GSAP,
      ),
      "sub.html": growing("sub", 0),
      ...gsap,
    },
    [bar(0, grows(15, 45)), bar(1, (n) => 5 * n)],
  ),
  make(
    "clips-count-from-their-host",
    {
      "index.html": composition(host("sub", "sub.html", 'data-start="0.5" data-duration="1.5"')),
      "sub.html": template(
        "sub",
        `<style>.b { position: absolute; left: 0; top: 0; height: 16px; width: 100px; background: #000 }</style>
         <div class="b clip" data-start="0.5" data-duration="0.5" data-track-index="0"></div>`,
      ),
    },
    [bar(0, (n) => (n >= 30 && n < 45 ? 100 : 0))],
  ),
  make(
    "body-instead-of-a-template",
    {
      "index.html": composition(host("sub", "sub.html", 'data-start="0.5" data-duration="1"'), GSAP),
      "sub.html": `<!doctype html><html><head><style>.grow { position: absolute; top: 0; height: 16px; background: #000 }</style></head>
        <body><div data-composition-id="sub" data-width="320" data-height="180" data-duration="2"><div class="grow"></div></div>
        <script>${tween("sub", '[data-composition-id="sub"] .grow', "width: 300", 2)}</script></body></html>`,
      ...gsap,
    },
    [bar(0, grows(15, 45))],
  ),
  make(
    "its-own-library-script",
    {
      "index.html": composition(host("sub", "sub.html", 'data-start="0.5" data-duration="1"')),
      "sub.html": growing("sub", 0).replace("<script>", '<script src="gsap.min.js"></script><script>'),
      ...gsap,
    },
    [bar(0, grows(15, 45))],
  ),
  make(
    "length-from-its-timeline",
    {
      "index.html": composition(host("sub", "sub.html", 'data-start="0.5"'), GSAP),
      "sub.html": growing("sub", 0, 1),
      ...gsap,
    },
    [bar(0, grows(15, 45))],
  ),
  make(
    "playback-rate",
    {
      "index.html": composition(
        host("sub", "sub.html", 'data-start="0.5" data-duration="1" data-playback-rate="2"'),
        GSAP,
      ),
      "sub.html": growing("sub", 0),
      ...gsap,
    },
    [bar(0, grows(15, 45, 2))],
  ),
  make(
    "media-start",
    {
      "index.html": composition(
        host("sub", "sub.html", 'data-start="0.5" data-duration="1" data-media-start="0.5"'),
        GSAP,
      ),
      "sub.html": growing("sub", 0),
      ...gsap,
    },
    [bar(0, (n) => (n >= 15 && n < 45 ? 5 * n : 0))],
  ),
  make(
    "same-file-twice",
    {
      "index.html": composition(
        host(
          "card-a",
          "card.html",
          'data-start="0" data-duration="2"',
          `data-variable-values='{"top":0,"px":300}'`,
        ) +
          host(
            "card-b",
            "card.html",
            'data-start="0.5" data-duration="1.5"',
            `data-variable-values='{"top":20,"px":150}'`,
          ),
        GSAP,
      ),
      "card.html": `<!doctype html><html data-composition-variables='[{"id":"top","type":"number","label":"Top","default":40},{"id":"px","type":"number","label":"Width","default":40}]'>
        <body><div data-composition-id="card" data-width="320" data-height="180"><div class="grow" style="position:absolute;left:0;height:16px;width:0;background:#000"></div>
        <script>{ const { top, px } = window.__hyperframes.getVariables();
          const grow = document.querySelector(".grow"); grow.style.top = top + "px";
          const tl = gsap.timeline({ paused: true }); tl.to(".grow", { width: px, duration: 2, ease: "none" });
          window.__timelines["card"] = tl; }</script></div></body></html>`,
      ...gsap,
    },
    [bar(0, (n) => 5 * n), bar(1, (n) => (n >= 15 ? 2.5 * (n - 15) : 0)), bar(2, () => 0)],
  ),
  make(
    "styles-stay-inside",
    {
      "index.html": composition(
        `<div class="grow" style="position:absolute;top:20px;height:16px;background:#000"></div>` +
          host("sub", "sub.html", 'data-start="0" data-duration="2"'),
        { head: "<style>.grow { width: 100px }</style>" },
      ),
      "sub.html": template(
        "sub",
        `<style>.grow { position: absolute; top: 0; width: 200px; height: 16px; background: #000 } .bar { display: none }</style><div class="grow"></div>`,
      ),
    },
    [bar(0, () => 200), bar(1, () => 100)],
  ),
  make(
    "twice-in-a-row-with-the-same-id",
    {
      "index.html": composition(
        host("sub", "sub.html", 'id="s1" data-start="0" data-duration="1"') +
          host("sub", "sub.html", 'id="s2" data-start="1" data-duration="1"'),
        GSAP,
      ),
      "sub.html": growing("sub", 0),
      ...gsap,
    },
    [bar(0, (n) => 5 * (n % 30))],
  ),
  make(
    "stands-still-after-its-timeline",
    {
      "index.html": composition(host("sub", "sub.html", 'data-start="0" data-duration="2"'), GSAP),
      "sub.html": growing("sub", 0, 1),
      ...gsap,
    },
    [bar(0, (n) => ramp(n / 30, 0, 1, 0, 150))],
  ),
];
