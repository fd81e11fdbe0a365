import { bar, dot, patch } from "../shapes.ts";
import { hyperframesGroup } from "../hyperframes-case.ts";
import { barElement, composition } from "../page.ts";

const make = hyperframesGroup("layout", "tree");
const BAR = "position:absolute;left:0;height:16px;background:#000;";
const BARE = `.bar { ${BAR} }`;
const box = (colour: string, more = "") =>
  `<div class="box" data-start="0" style="width:40px;height:40px;background:${colour};${more}"></div>`;

export const layout = [
  make("body-margin", composition(barElement("a", 0, "width:100px"), { style: BARE }), [bar(0, () => 100)]),
  make(
    "body-padding-and-border",
    composition(barElement("a", 0, "width:100px"), { style: `${BARE} body { margin: 20px; padding: 10px }` }),
    [bar(0, () => 100)],
  ),
  make(
    "root-without-size-in-style",
    composition(
      `<div style="position:absolute;right:0;bottom:0;width:40px;height:40px;background:#f00"></div>`,
    ),
    [dot(300, 160, "#ff0000"), dot(10, 10, "#ffffff")],
  ),
  make(
    "root-is-positioned",
    composition(
      `<div style="position:absolute;left:50%;top:50%;width:40px;height:40px;background:#f00"></div>`,
    ),
    [dot(180, 110, "#ff0000"), dot(150, 80, "#ffffff")],
  ),
  make("percentages-of-the-root", composition(`<div style="width:100%;height:100%;background:#00f"></div>`), [
    dot(2, 2, "#0000ff"),
    dot(317, 177, "#0000ff"),
  ]),
  make(
    "overflow-is-cut",
    composition(
      `<div style="position:absolute;left:300px;top:0;width:900px;height:900px;background:#00f"></div>`,
    ),
    [dot(310, 170, "#0000ff"), dot(290, 100, "#ffffff")],
  ),
  make(
    "timed-children-lie-on-each-other",
    composition(box("#ff0000", "z-index:1") + box("#0000ff", "width:20px;height:20px;z-index:2")),
    [dot(10, 10, "#0000ff"), dot(30, 30, "#ff0000"), dot(10, 50, "#ffffff")],
  ),
  make(
    "positioned-children-keep-their-place",
    composition(
      `<div data-start="0" style="position:absolute;left:100px;top:60px;width:40px;height:40px;background:#f00"></div>`,
    ),
    [dot(120, 80, "#ff0000"), dot(20, 20, "#ffffff")],
  ),
  make(
    "centred-by-flex",
    composition(`<div style="width:40px;height:40px;background:#f00"></div>`, {
      style:
        "body { margin: 0; background: #fff } #root { display: flex; align-items: center; justify-content: center; width: 320px; height: 180px }",
    }),
    [dot(160, 90, "#ff0000"), dot(120, 90, "#ffffff")],
  ),
  make(
    "upright",
    composition(
      `<div style="position:absolute;left:0;bottom:0;width:540px;height:960px;background:#00f"></div>`,
    ).replace('data-width="320" data-height="180"', 'data-width="1080" data-height="1920"'),
    [dot(20, 300, "#0000ff"), dot(20, 20, "#ffffff"), dot(160, 300, "#ffffff")],
    { request: { width: 180, height: 320 }, frames: 60 },
  ),
  make(
    "background-of-the-page",
    composition(barElement("a", 0, "width:100px"), { style: `${BARE} html { background: #00ff00 }` }),
    [dot(200, 100, "#00ff00"), bar(0, () => 100)],
  ),
  make(
    "round-corners-are-cut",
    composition(
      `<div style="position:absolute;left:100px;top:40px;width:100px;height:100px;border-radius:50%;overflow:hidden"><div style="width:100px;height:100px;background:#00f"></div></div>`,
    ),
    [patch([100, 40, 100, 100], "#0000ff", () => [0.76, 0.81])],
  ),
  make(
    "root-is-the-body",
    `<!doctype html><html><head><style>body { margin: 0; background: #fff } .bar { ${BAR} }</style></head>
     <body data-composition-id="main" data-width="320" data-height="180" data-duration="2">${barElement("a", 0, "width:100px")}${barElement("b", 1, "width:100px", 'data-start="1" data-duration="0.5"')}</body></html>`,
    [bar(0, () => 100), bar(1, (n) => (n >= 30 && n < 45 ? 100 : 0))],
  ),
];
