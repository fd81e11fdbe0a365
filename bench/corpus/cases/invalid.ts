import { hyperframesGroup } from "../hyperframes-case.ts";
import { animated, barElement, composition, gsapFile, template, tween } from "../page.ts";

const make = hyperframesGroup("invalid", "tree");
const host = (id: string, src: string): string =>
  `<div data-composition-id="${id}" data-composition-src="${src}" data-start="0" data-duration="2" data-width="320" data-height="180"></div>`;
const clip = (id: string, start: string): string =>
  barElement(id, 0, "width:100px", `data-start="${start}" data-duration="0.5"`);
const refused = (tells: readonly RegExp[]) => ({ tells, isRefused: true });

export const invalid = [
  make(
    "file-is-missing",
    composition(host("sub", "compositions/missing.html")),
    [],
    refused([/missing\.html/]),
  ),
  make(
    "file-holds-itself",
    {
      "index.html": composition(host("sub", "sub.html")),
      "sub.html": template("sub", host("again", "sub.html")),
    },
    [],
    refused([/sub\.html/, /cycl|circ|itself|again/i]),
  ),
  make(
    "files-hold-each-other",
    {
      "index.html": composition(host("one", "one.html")),
      "one.html": template("one", host("two", "two.html")),
      "two.html": template("two", host("three", "one.html")),
    },
    [],
    refused([/one\.html/, /cycl|circ|itself|again/i]),
  ),
  make("file-is-empty", { "index.html": composition(host("sub", "sub.html")), "sub.html": "" }, [], {
    tells: [/sub\.html/],
  }),
  make(
    "file-has-another-id",
    {
      "index.html": composition(host("sub", "sub.html"), { head: '<script src="gsap.min.js"></script>' }),
      "sub.html": template("other", `<script>window.nothing = 1</script>`),
      "gsap.min.js": gsapFile(),
    },
    [],
    { tells: [/sub\.html|other/] },
  ),
  make("reference-is-unknown", composition(clip("a", "nobody + 0.5")), [], { tells: [/nobody/] }),
  make("references-are-a-cycle", composition(clip("a", "b") + clip("b", "a")), [], {
    tells: [/\ba\b/, /\bb\b/, /cycl|circ|each other/i],
  }),
  make("reference-to-itself", composition(clip("a", "a + 1")), [], { tells: [/\ba\b/, /cycl|circ|itself/i] }),
  make("start-is-no-number", composition(clip("a", "1,5")), [], { tells: [/1,5/] }),
  make(
    "duration-is-no-number",
    composition(barElement("a", 0, "width:100px", 'data-start="0" data-duration="abc"')),
    [],
    {
      tells: [/abc/],
    },
  ),
  make(
    "no-length",
    composition(barElement("a", 0, "width:100px"), { attributes: "" }),
    [],
    refused([/duration-missing/]),
  ),
  make("no-root", "<!doctype html><p>hello</p>", [], refused([/data-composition-id|duration/])),
  make(
    "timeline-without-duration",
    composition(barElement("a", 0), {
      attributes: "",
      after: "<script>window.__timelines = { main: { seek() {} } };</script>",
    }),
    [],
    refused([/main/, /duration/]),
  ),
  make(
    "timeline-of-an-unknown-composition",
    animated(barElement("a", 0), tween("man", "#a", "width: 300", 2)),
    [],
    { tells: [/\bman\b/] },
  ),
  make(
    "endless",
    animated(
      barElement("a", 0),
      `const tl = gsap.timeline({ paused: true, repeat: -1 });
    tl.to("#a", { width: 300, duration: 1 }); window.__timelines.main = tl;`,
      { attributes: "" },
    ),
    [],
    refused([/endless|infinite|repeat/i]),
  ),
  make("script-throws", animated(barElement("a", 0), "undefinedFunction();"), [], {
    tells: [/undefinedFunction/],
  }),
  make("image-is-missing", composition(`<img src="assets/nope.png" width="100" height="100">`), [], {
    tells: [/nope\.png/],
  }),
  make(
    "variables-are-no-json",
    composition(barElement("a", 0, "width:100px"), { html: "data-composition-variables='[oops'" }),
    [],
    {
      tells: [/data-composition-variables/],
    },
  ),
  make(
    "values-are-no-json",
    {
      "index.html": composition(
        host("sub", "sub.html").replace("data-start", "data-variable-values='{oops' data-start"),
      ),
      "sub.html": template("sub", barElement("a", 0, "width:100px")),
    },
    [],
    { tells: [/data-variable-values/] },
  ),
];
