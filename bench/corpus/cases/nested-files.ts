import { hyperframesGroup } from "../hyperframes-case.ts";
import { barElement, composition, gsapFile, template, tween } from "../page.ts";
import { bar, dot } from "../shapes.ts";

const make = hyperframesGroup("nested-files", "tree");
const gsap = { "gsap.min.js": gsapFile() };
const GSAP = { head: '<script src="gsap.min.js"></script>' };
const svg = (colour: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="320" height="180" fill="${colour}"/></svg>`;
const ALL = "position:absolute;left:0;top:0;width:320px;height:180px;";

function host(id: string, src: string, more = 'data-start="0" data-duration="2"', style = ALL): string {
  return `<div data-composition-id="${id}" data-composition-src="${src}" data-width="320" data-height="180" ${more} style="${style}"></div>`;
}

const box = (row: number, width = 100): string =>
  barElement("x", row, `width:${width}px;position:absolute;left:0;height:16px;background:#000`);
/** The host of `compositions/sub.html`, with what else the project has. */
function project(
  sub: string,
  files: Record<string, string> = {},
  root = host("sub", "compositions/sub.html"),
) {
  return { "index.html": composition(root, GSAP), "compositions/sub.html": sub, ...gsap, ...files };
}
const CARD = `<!doctype html><html data-composition-variables='[{"id":"title","type":"string","label":"T","default":"abcde"},{"id":"tint","type":"color","label":"C","default":"#ff0000"}]'>`;

export const nestedFiles = [
  make(
    "image-beside-it",
    project(template("sub", `<img src="blue.svg" style="${ALL}">`), { "compositions/blue.svg": svg("#00f") }),
    [dot(160, 90, "#0000ff")],
  ),
  make(
    "image-a-folder-up",
    project(template("sub", `<img src="../assets/blue.svg" style="${ALL}">`), {
      "assets/blue.svg": svg("#00f"),
    }),
    [dot(160, 90, "#0000ff")],
  ),
  make(
    "image-from-the-root",
    project(template("sub", `<img src="assets/blue.svg" style="${ALL}">`), {
      "assets/blue.svg": svg("#00f"),
    }),
    [dot(160, 90, "#0000ff")],
  ),
  make(
    "background-in-its-style",
    project(
      template(
        "sub",
        `<style>.back { ${ALL} background: url("../assets/blue.svg") }</style><div class="back"></div>`,
      ),
      { "assets/blue.svg": svg("#00f") },
    ),
    [dot(160, 90, "#0000ff")],
  ),
  make(
    "background-in-an-attribute",
    project(template("sub", `<div style="${ALL}background:url('../assets/blue.svg')"></div>`), {
      "assets/blue.svg": svg("#00f"),
    }),
    [dot(160, 90, "#0000ff")],
  ),
  make(
    "style-sheet-of-its-head",
    project(
      `<!doctype html><html><head><link rel="stylesheet" href="../styles/sub.css"></head><body><div data-composition-id="sub" data-width="320" data-height="180"><div class="only-here"></div></div></body></html>`,
      { "styles/sub.css": `.only-here { ${ALL} background: #00f }` },
    ),
    [dot(160, 90, "#0000ff")],
  ),
  make(
    "script-by-src",
    project(
      template(
        "sub",
        `<div class="grow" style="position:absolute;left:0;top:0;height:16px;background:#000"></div><script src="../scripts/sub.js"></script>`,
      ),
      { "scripts/sub.js": tween("sub", '[data-composition-id="sub"] .grow', "width: 300", 2) },
    ),
    [bar(0, (n) => 5 * n)],
  ),
  make(
    "script-by-src-before-inline",
    project(
      template(
        "sub",
        `<div class="grow" style="position:absolute;left:0;top:0;height:16px;background:#000"></div>
         <script src="../scripts/width.js"></script><script>${tween("sub", ".grow", "width: window.WIDTH", 2)}</script>`,
      ),
      { "scripts/width.js": "window.WIDTH = 300;" },
    ),
    [bar(0, (n) => 5 * n)],
  ),
  make(
    "the-same-ids-as-the-root",
    {
      "index.html": composition(`${barElement("x", 1, "width:50px")}${host("sub", "sub.html")}`, GSAP),
      "sub.html": template(
        "sub",
        `<div id="x" style="position:absolute;left:0;top:0;height:16px;width:0;background:#000"></div><script>${tween("sub", "#x", "width: 300", 2)}</script>`,
      ),
      ...gsap,
    },
    [bar(0, (n) => 5 * n), bar(1, () => 50)],
  ),
  make(
    "queries-find-its-own-elements",
    {
      "index.html": composition(
        `<div class="x" style="position:absolute;left:0;top:20px;height:16px;width:50px;background:#000"></div>${host("sub", "sub.html")}`,
      ),
      "sub.html": template(
        "sub",
        `<div class="x" style="position:absolute;left:0;top:0;height:16px;width:10px;background:#000"></div><script>document.querySelector(".x").style.width = "200px";</script>`,
      ),
    },
    [bar(0, () => 200), bar(1, () => 50)],
  ),
  make(
    "body-styles-are-its-box",
    project(
      `<!doctype html><html><head><style>body { background: #00f; margin: 0 }</style></head><body><div data-composition-id="sub" data-width="320" data-height="180">${box(0)}</div></body></html>`,
      {},
      host("sub", "compositions/sub.html", 'data-start="0.5" data-duration="1"'),
    ),
    [dot(160, 90, (n) => (n >= 15 && n < 45 ? "#0000ff" : "#ffffff"))],
  ),
  make(
    "host-of-another-size",
    project(
      template(
        "sub",
        `<div style="position:absolute;right:0;bottom:0;width:20px;height:20px;background:#00f"></div>`,
      ).replace('data-width="320" data-height="180"', 'data-width="160" data-height="90"'),
      {},
      host(
        "sub",
        "compositions/sub.html",
        'data-start="0" data-duration="2"',
        "position:absolute;left:100px;top:50px;width:160px;height:90px",
      ).replace('data-width="320" data-height="180"', 'data-width="160" data-height="90"'),
    ),
    [dot(250, 130, "#0000ff"), dot(310, 170, "#ffffff")],
  ),
  make(
    "host-without-an-id",
    {
      "index.html": composition(
        `<div data-composition-src="sub.html" data-start="0.5" data-duration="1"></div>`,
        GSAP,
      ),
      "sub.html": template(
        "sub",
        `<div class="grow" style="position:absolute;left:0;top:0;height:16px;background:#000"></div><script>${tween("sub", ".grow", "width: 300", 2)}</script>`,
      ),
      ...gsap,
    },
    [bar(0, (n) => (n >= 15 && n < 45 ? 5 * (n - 15) : 0))],
  ),
  make(
    "host-with-an-id-of-its-own",
    {
      "index.html": composition(host("scene-one", "sub.html", 'data-start="0.5" data-duration="1"'), GSAP),
      "sub.html": template(
        "sub",
        `<div class="grow" style="position:absolute;left:0;top:0;height:16px;background:#000"></div><script>${tween("sub", ".grow", "width: 300", 2)}</script>`,
      ),
      ...gsap,
    },
    [bar(0, (n) => (n >= 15 && n < 45 ? 5 * (n - 15) : 0))],
  ),
  make(
    "host-without-a-start",
    project(template("sub", box(0)), {}, host("sub", "compositions/sub.html", "")),
    [bar(0, () => 100)],
  ),
  make(
    "host-with-an-end",
    project(
      template("sub", box(0)),
      {},
      host("sub", "compositions/sub.html", 'data-start="0.5" data-end="1.5"'),
    ),
    [bar(0, (n) => (n >= 15 && n < 45 ? 100 : 0))],
  ),
  make(
    "names-with-spaces-and-umlauts",
    {
      "index.html": composition(host("sub", "Szenen/Erste%20Sz%C3%B6ne.html")),
      "Szenen/Erste Szöne.html": template("sub", box(0)),
    },
    [bar(0, () => 100)],
  ),
  make(
    "variables-of-its-own",
    project(
      `${CARD}<body><div data-composition-id="sub" data-width="320" data-height="180"><div id="back" style="${ALL}"></div>
       <script>document.querySelector("#back").style.background = window.__hyperframes.getVariables().tint;</script></div></body></html>`,
    ),
    [dot(160, 90, "#ff0000")],
  ),
  make(
    "values-of-each-host",
    {
      "index.html": composition(
        host(
          "one",
          "card.html",
          `data-start="0" data-duration="1" data-variable-values='{"tint":"#00ff00"}'`,
        ) +
          host(
            "two",
            "card.html",
            `data-start="1" data-duration="1" data-variable-values='{"tint":"#0000ff"}'`,
          ),
      ),
      "card.html": `${CARD}<body><div data-composition-id="card" data-width="320" data-height="180"><div style="${ALL}background:var(--tint)"></div></div></body></html>`,
    },
    [dot(160, 90, (n) => (n < 30 ? "#00ff00" : "#0000ff"))],
  ),
  make(
    "root-keeps-its-own-variables",
    {
      "index.html": composition(
        `<div style="position:absolute;inset:0;background:var(--tint)"></div>${host("one", "card.html", `data-start="1" data-duration="1" data-variable-values='{"tint":"#0000ff"}'`)}`,
        {
          html: `data-composition-variables='[{"id":"tint","type":"color","label":"C","default":"#00ff00"}]'`,
        },
      ),
      "card.html": `${CARD}<body><div data-composition-id="one" data-width="320" data-height="180"><div style="position:absolute;left:0;top:0;width:320px;height:90px;background:var(--tint)"></div></div></body></html>`,
    },
    [dot(160, 45, (n) => (n < 30 ? "#00ff00" : "#0000ff")), dot(160, 135, "#00ff00")],
  ),
  make(
    "script-throws",
    project(template("sub", `${box(0)}<script>nowhereToBeFound();</script>`)),
    [bar(0, () => 100)],
    { tells: [/nowhereToBeFound/] },
  ),
  make(
    "entry-in-a-folder",
    {
      "scenes/main.html": composition(`<img src="../assets/blue.svg" style="${ALL}">`),
      "assets/blue.svg": svg("#00f"),
    },
    [dot(160, 90, "#0000ff")],
    { request: { entryFile: "scenes/main.html" }, hyperframes: false },
  ),
];
