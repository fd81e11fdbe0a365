import { bar, dot } from "../shapes.ts";
import { hyperframesGroup } from "../hyperframes-case.ts";
import { barElement, composition } from "../page.ts";

const make = hyperframesGroup("variables", "tree");
const declare = (list: readonly object[]): string =>
  `data-composition-variables='${JSON.stringify(list.map((each) => ({ label: "x", ...each })))}'`;
const read = (use: string): string =>
  `<script>{ const v = window.__hyperframes.getVariables(); ${use} }</script>`;
const NUMBER = declare([{ id: "px", type: "number", default: 100 }]);
const fill = (css: string): string => `<div style="position:absolute;inset:0;background:${css}"></div>`;

export const variables = [
  make(
    "default",
    composition(barElement("a", 0), { html: NUMBER, after: read('a.style.width = v.px + "px";') }),
    [bar(0, () => 100)],
  ),
  make(
    "from-the-request",
    composition(barElement("a", 0), { html: NUMBER, after: read('a.style.width = v.px + "px";') }),
    [bar(0, () => 200)],
    { request: { variables: { px: 200 } } },
  ),
  make(
    "declared-at-the-root",
    composition(barElement("a", 0), {
      attributes: `data-duration="2" ${NUMBER}`,
      after: read('a.style.width = v.px + "px";'),
    }),
    [bar(0, () => 200)],
    { request: { variables: { px: 200 } } },
  ),
  make(
    "css-property-of-a-default",
    composition(fill("var(--accent)"), {
      html: declare([{ id: "accent", type: "color", default: "#ff0000" }]),
    }),
    [dot(160, 90, "#ff0000")],
  ),
  make(
    "css-property-from-the-request",
    composition(fill("var(--accent)"), {
      html: declare([{ id: "accent", type: "color", default: "#ff0000" }]),
    }),
    [dot(160, 90, "#0000ff")],
    { request: { variables: { accent: "#0000ff" } } },
  ),
  make(
    "number-as-css",
    composition(barElement("a", 0, "width: calc(var(--px) * 1px)"), { html: NUMBER }),
    [bar(0, () => 200)],
    { request: { variables: { px: 200 } } },
  ),
  make(
    "boolean",
    composition(barElement("a", 0), {
      html: declare([{ id: "wide", type: "boolean", default: false }]),
      after: read('a.style.width = v.wide === true ? "200px" : "100px";'),
    }),
    [bar(0, () => 200)],
    { request: { variables: { wide: true } } },
  ),
  make(
    "enum",
    composition(barElement("a", 0), {
      html: declare([
        {
          id: "size",
          type: "enum",
          default: "s",
          options: [
            { value: "s", label: "S" },
            { value: "l", label: "L" },
          ],
        },
      ]),
      after: read('a.style.width = { s: 100, l: 200 }[v.size] + "px";'),
    }),
    [bar(0, () => 200)],
    { request: { variables: { size: "l" } } },
  ),
  make(
    "text",
    composition(
      `<b id="t" data-var-text="title" style="position:absolute;left:-900px">none</b>${barElement("a", 0)}`,
      {
        html: declare([{ id: "title", type: "string", default: "abc" }]),
        after: `<script>setTimeout(() => {}, 0); addEventListener("load", () => requestAnimationFrame(function look() {
          a.style.width = 20 * t.textContent.length + "px"; requestAnimationFrame(look); }));</script>`,
      },
    ),
    [bar(0, () => 200)],
    { request: { variables: { title: "ten chars!" } } },
  ),
  make(
    "image-source",
    {
      "index.html": composition(
        `<img data-var-src="picture" src="red.svg" style="position:absolute;inset:0">`,
        {
          html: declare([{ id: "picture", type: "image", default: "red.svg" }]),
        },
      ),
      "red.svg": `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="320" height="180" fill="#f00"/></svg>`,
      "blue.svg": `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="320" height="180" fill="#00f"/></svg>`,
    },
    [dot(160, 90, "#0000ff")],
    { request: { variables: { picture: "blue.svg" } } },
  ),
  make(
    "unknown-names-the-nearest",
    composition(barElement("a", 0), { html: declare([{ id: "headline", type: "string", default: "x" }]) }),
    [],
    { request: { variables: { headlin: "y" } }, tells: [/headlin\b/, /headline/], isRefused: true },
  ),
  make("wrong-type", composition(barElement("a", 0), { html: NUMBER }), [], {
    request: { variables: { px: "wide" } },
    tells: [/px/, /number/],
    isRefused: true,
  }),
  make(
    "not-one-of-the-enum",
    composition(barElement("a", 0), {
      html: declare([{ id: "size", type: "enum", default: "s", options: [{ value: "s", label: "S" }] }]),
    }),
    [],
    { request: { variables: { size: "xl" } }, tells: [/size/, /xl|\bs\b/], isRefused: true },
  ),
];
