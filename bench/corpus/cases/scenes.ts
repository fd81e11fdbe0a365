import { hyperframesGroup } from "../hyperframes-case.ts";
import { animated, barElement, composition, gsapFile, template, tween } from "../page.ts";
import { bar, dot, ramp } from "../shapes.ts";

const make = hyperframesGroup("scenes", "tree");
const ALL = "position:absolute;left:0;top:0;width:320px;height:180px;";
const gsap = { "gsap.min.js": gsapFile() };
const GSAP = { head: '<script src="gsap.min.js"></script>' };
const grey = (share: number): string => {
  const channel = Math.round(255 * share)
    .toString(16)
    .padStart(2, "0");
  return `#${channel}${channel}${channel}`;
};
const scene = (id: string, colour: string, timing: string, more = ""): string =>
  `<div id="${id}" class="clip" ${timing} style="${ALL}background:${colour};${more}"></div>`;
const host = (id: string, timing: string, more = ""): string =>
  `<div id="${id}-host" data-composition-id="${id}" data-composition-src="${id}.html" data-width="320" data-height="180" ${timing} style="${ALL}" ${more}></div>`;
const filled = (id: string, colour: string, more = ""): string =>
  template(id, `<style>.fill { ${ALL} background: ${colour} }</style><div class="fill"></div>${more}`);
const timeline = (calls: string): string =>
  `const tl = gsap.timeline({ paused: true, defaults: { ease: "none" } }); ${calls}; window.__timelines["main"] = tl;`;

export const scenes = [
  make(
    "crossfade-of-clips",
    animated(
      scene("one", "#fff", 'data-start="0" data-duration="1.5"') +
        scene("two", "#000", 'data-start="0.5" data-duration="1.5"'),
      timeline(`tl.fromTo("#two", { opacity: 0 }, { opacity: 1, duration: 1 }, 0.5)`),
    ),
    [dot(160, 90, (n) => grey(1 - ramp(n, 15, 45, 0, 1)))],
  ),
  make(
    "crossfade-of-hosts",
    {
      "index.html": composition(
        `${host("one", 'data-start="0" data-duration="1.5"')}${host("two", 'data-start="0.5" data-duration="1.5"')}
         <script>${timeline(`tl.fromTo("#two-host", { opacity: 0 }, { opacity: 1, duration: 1 }, 0.5)`)}</script>`,
        GSAP,
      ),
      "one.html": filled("one", "#fff"),
      "two.html": filled("two", "#000"),
      ...gsap,
    },
    [dot(160, 90, (n) => grey(1 - ramp(n, 15, 45, 0, 1)))],
  ),
  make(
    "push",
    animated(
      scene("one", "#f00", 'data-start="0" data-duration="2"') +
        scene("two", "#00f", 'data-start="0.5" data-duration="1.5"'),
      timeline(
        `tl.fromTo("#two", { x: 320 }, { x: 0, duration: 1 }, 0.5).fromTo("#one", { x: 0 }, { x: -320, duration: 1 }, 0.5)`,
      ),
    ),
    [
      dot(80, 90, (n) => (n < 36 ? "#ff0000" : n > 42 ? "#0000ff" : null)),
      dot(240, 90, (n) => (n < 20 ? "#ff0000" : n > 26 ? "#0000ff" : null)),
    ],
  ),
  make(
    "wipe-by-a-clip-path",
    animated(
      scene("two", "#000", 'data-start="0" data-duration="2"'),
      timeline(
        `tl.fromTo("#two", { clipPath: "inset(0 100% 0 0)" }, { clipPath: "inset(0 0% 0 0)", duration: 2 }, 0)`,
      ),
    ),
    [bar(4, (n) => (320 * n) / 60)],
  ),
  make(
    "cut-between-hosts-to-the-frame",
    {
      "index.html": composition(
        host("one", 'data-start="0" data-duration="0.7"') +
          host("two", 'data-start="0.7" data-duration="0.6"') +
          host("three", 'data-start="1.3" data-duration="0.7"'),
      ),
      "one.html": filled("one", "#f00"),
      "two.html": filled("two", "#0f0"),
      "three.html": filled("three", "#00f"),
    },
    [dot(160, 90, (n) => (n < 21 ? "#ff0000" : n < 39 ? "#00ff00" : "#0000ff"))],
  ),
  make(
    "hosts-chained-by-their-ids",
    {
      "index.html": composition(
        host("one", 'data-start="0" data-duration="0.5"') +
          host("two", 'data-start="one" data-duration="0.5"') +
          host("three", 'data-start="two + 0.5" data-duration="0.5"'),
      ),
      "one.html": filled("one", "#f00"),
      "two.html": filled("two", "#0f0"),
      "three.html": filled("three", "#00f"),
    },
    [dot(160, 90, (n) => (n < 15 ? "#ff0000" : n < 30 ? "#00ff00" : n < 45 ? "#ffffff" : "#0000ff"))],
  ),
  make(
    "captions-over-scenes",
    {
      "index.html": composition(
        scene("back", "#0000ff", 'data-start="0" data-duration="2" data-track-index="0"') +
          host("captions", 'data-start="0" data-duration="2" data-track-index="5"'),
        GSAP,
      ),
      "captions.html": template(
        "captions",
        `<div id="words"></div><script>{ const tl = gsap.timeline({ paused: true });
          const root = document.querySelector('[data-composition-id="captions"]');
          [0, 0.5, 1, 1.5].forEach((at, i) => { const word = document.createElement("div");
            word.style.cssText = "position:absolute;left:0;height:16px;background:#fff;opacity:0;width:" + (i + 1) * 50 + "px;top:0";
            root.querySelector("#words").append(word);
            tl.set(word, { opacity: 1 }, at).set(word, { opacity: 0 }, at + 0.5); });
          window.__timelines["captions"] = tl; }</script>`,
      ),
      ...gsap,
    },
    [bar(0, (n) => 50 * (Math.floor(n / 15) + 1), { colour: "#ffffff" }), dot(300, 170, "#0000ff")],
  ),
  make(
    "clips-inside-at-twice-the-rate",
    {
      "index.html": composition(host("one", 'data-start="0" data-duration="2" data-playback-rate="2"')),
      "one.html": template(
        "one",
        [0, 1, 2, 3]
          .map(
            (i) =>
              `<div class="clip" data-start="${i}" data-duration="1" style="position:absolute;left:0;top:0;height:16px;background:#000;width:${50 * (i + 1)}px"></div>`,
          )
          .join(""),
      ),
    },
    [bar(0, (n) => 50 * (Math.floor(n / 15) + 1))],
  ),
  make(
    "host-half-over-the-end",
    {
      "index.html": composition(host("one", 'data-start="1" data-duration="5"'), GSAP),
      "one.html": template(
        "one",
        `<div class="grow" style="position:absolute;left:0;top:0;height:16px;background:#000"></div><script>${tween("one", ".grow", "width: 300", 2)}</script>`,
      ),
      ...gsap,
    },
    [bar(0, (n) => (n >= 30 ? 5 * (n - 30) : 0))],
  ),
  make(
    "inline-scenes-with-scripts",
    {
      "index.html": composition(
        [0, 1]
          .map(
            (
              i,
            ) => `<div data-composition-id="s${i}" data-start="${i}" data-duration="1" data-width="320" data-height="180">${barElement(`b${i}`, i)}
              <script>${tween(`s${i}`, `#b${i}`, "width: 150", 1)}</script></div>`,
          )
          .join(""),
        GSAP,
      ),
      ...gsap,
    },
    [bar(0, (n) => (n < 30 ? 5 * n : 0)), bar(1, (n) => (n >= 30 ? 5 * (n - 30) : 0))],
  ),
  make(
    "length-from-the-scenes",
    {
      "index.html": composition(
        host("one", 'data-start="0" data-duration="1"') + host("two", 'data-start="one" data-duration="1"'),
        { attributes: "" },
      ),
      "one.html": filled("one", "#f00"),
      "two.html": filled("two", "#00f"),
    },
    [dot(160, 90, (n) => (n < 30 ? "#ff0000" : "#0000ff"))],
  ),
  make(
    "twenty-hosts-of-one-file",
    {
      "index.html": composition(
        Array.from({ length: 20 }, (_, i) =>
          host(
            "one",
            `data-start="${i / 10}" data-duration="0.1" data-variable-values='{"px":${10 + 10 * i}}'`,
          )
            .replace('id="one-host"', "")
            .replace('data-composition-id="one"', `data-composition-id="one-${i}"`),
        ).join(""),
      ),
      "one.html": `<!doctype html><html data-composition-variables='[{"id":"px","type":"number","label":"W","default":5}]'><body><div data-composition-id="one" data-width="320" data-height="180"><div style="position:absolute;left:0;top:0;height:16px;background:#000;width:calc(var(--px) * 1px)"></div></div></body></html>`,
    },
    [bar(0, (n) => 10 + 10 * Math.floor(n / 3))],
  ),
];
