import { barElement } from "../page.ts";
import { plainGroup, plainPage } from "../plain-page.ts";
import { bar, dot, patch } from "../shapes.ts";

const make = plainGroup("library-fonts", "fonts");
const ROW = barElement("a", 0);
const google = (query: string): string =>
  `<link rel="stylesheet" href="https://fonts.googleapis.com/css2?${query}&display=swap">`;
/** A line of text, and a bar as wide as it once its fonts are there. */
const measured = (style: string, text: string, head: string): string =>
  plainPage(
    `${ROW}<span id="t" style="position:absolute;left:0;top:60px;white-space:nowrap;${style}">${text}</span>`,
    {
      head,
      script: `document.fonts.ready.then(() => document.fonts.load(getComputedStyle(t).font)).then(() => { a.style.width = t.getBoundingClientRect().width + "px"; });`,
    },
  );
/** A text, and a bar of 200 px when it is drawn by other shapes than those of a character that no font has. */
const drawn = (text: string): string =>
  plainPage(`${ROW}<p style="position:absolute;top:60px;margin:0;font:60px sans-serif">${text}</p>`, {
    script: `const ink = (text) => { const c = new OffscreenCanvas(100, 100).getContext("2d"); c.font = "60px sans-serif"; c.fillText(text, 10, 80);
      return c.getImageData(0, 0, 100, 100).data.join(); };
      document.fonts.load("60px sans-serif", "${text}").then(() => { a.style.width = ink("${String.fromCodePoint(text.codePointAt(0) ?? 0)}") === ink("\\u{10fffd}") ? "0" : "200px"; });`,
  });
const INK = "#000000";

export const libraryFonts = [
  make("google-monospaced", measured("font:20px 'Roboto Mono'", "abcdefghij", google("family=Roboto+Mono")), [
    bar(0, () => 120),
  ]),
  make("google-wide", measured("font:20px 'Press Start 2P'", "abcdefghij", google("family=Press+Start+2P")), [
    bar(0, () => 200),
  ]),
  make(
    "google-by-import",
    measured(
      "font:20px 'Press Start 2P'",
      "abcdefghij",
      `<style>@import url("https://fonts.googleapis.com/css2?family=Press+Start+2P");</style>`,
    ),
    [bar(0, () => 200)],
  ),
  make(
    "google-of-old",
    measured(
      "font:20px 'Press Start 2P'",
      "abcdefghij",
      `<link href="http://fonts.googleapis.com/css?family=Press+Start+2P" rel="stylesheet">`,
    ),
    [bar(0, () => 200)],
  ),
  make(
    "google-weights",
    measured("font:400 20px 'JetBrains Mono'", "abcdefghij", google("family=JetBrains+Mono:wght@400;700")),
    [bar(0, () => 120)],
  ),
  make(
    "google-that-does-not-exist",
    measured("font:20px 'Nowhere Sans Nine'", "abcdefghij", google("family=Nowhere+Sans+Nine")),
    [],
    { tells: [/Nowhere/] },
  ),
  make(
    "fontsource",
    measured(
      "font:20px 'Press Start 2P'",
      "abcdefghij",
      `<link rel="stylesheet" href="https://cdn.jsdelivr.net/npm/@fontsource/press-start-2p@5/index.css">`,
    ),
    [bar(0, () => 200)],
  ),
  make(
    "icons",
    plainPage(
      `<i class="fa-solid fa-square" style="position:absolute;left:40px;top:40px;font-size:100px;color:#000"></i>`,
      {
        head: `<link rel="stylesheet" href="https://cdnjs.cloudflare.com/ajax/libs/font-awesome/6.5.2/css/all.min.css">`,
      },
    ),
    [dot(80, 90, INK)],
  ),
  make("a-family-that-is-nowhere", plainPage(`<p style="font:40px 'Helvetica Now Display'">Text</p>`), [], {
    tells: [/Helvetica Now Display/],
  }),
  make("no-link-for-inter", plainPage(`<p style="margin:0;font:700 60px Inter, sans-serif">HHHH</p>`), [
    patch([0, 0, 200, 80], INK, () => [0.1, 0.6]),
  ]),
  ...[
    ["chinese", "漢字漢字"],
    ["emoji", "😀🎉"],
    ["arabic", "مرحبا"],
    ["devanagari", "नमस्ते"],
  ].map(([name = "", text = ""]) =>
    make(`glyphs-${name}`, drawn(text), [bar(0, () => 200)], { mayBeTold: true, tells: [/glyphs?/i] }),
  ),
];
