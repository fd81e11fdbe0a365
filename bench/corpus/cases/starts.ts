import { bar } from "../shapes.ts";
import { hyperframesGroup } from "../hyperframes-case.ts";
import { barElement, composition } from "../page.ts";

const make = hyperframesGroup("starts", "tree");
const during = (from: number, to: number) => (n: number) => (n >= from && n < to ? 100 : 0);
const clip = (id: string, row: number, start: string, duration = "0.5") =>
  barElement(id, row, "width:100px", `data-start="${start}" data-duration="${duration}"`);

export const starts = [
  make("after-another", composition(clip("a", 0, "0.5") + clip("b", 1, "a")), [
    bar(0, during(15, 30)),
    bar(1, during(30, 45)),
  ]),
  make("plus", composition(clip("a", 0, "0") + clip("b", 1, "a + 0.5")), [
    bar(0, during(0, 15)),
    bar(1, during(30, 45)),
  ]),
  make("minus", composition(clip("a", 0, "0", "1") + clip("b", 1, "a - 0.5", "1")), [
    bar(0, during(0, 30)),
    bar(1, during(15, 45)),
  ]),
  make("plus-without-spaces", composition(clip("a", 0, "0") + clip("b", 1, "a+0.5")), [
    bar(1, during(30, 45)),
  ]),
  make(
    "minus-without-spaces",
    composition(clip("a", 0, "0") + clip("b", 1, "a-0.2")),
    [bar(1, during(9, 24))],
    { mayBeTold: true, tells: [/a-0\.2/] },
  ),
  make(
    "chain-of-four",
    composition(
      clip("a", 0, "0", "0.4") +
        clip("b", 1, "a", "0.4") +
        clip("c", 2, "b", "0.4") +
        clip("d", 3, "c", "0.4"),
    ),
    [0, 1, 2, 3].map((row) => bar(row, during(12 * row, 12 * row + 12))),
  ),
  make("chain-in-any-order", composition(clip("c", 2, "b") + clip("b", 1, "a") + clip("a", 0, "0.2")), [
    bar(0, during(6, 21)),
    bar(1, during(21, 36)),
    bar(2, during(36, 51)),
  ]),
  make(
    "end-attribute",
    composition(barElement("a", 0, "width:100px", 'data-start="0.5" data-end="1.5"') + clip("b", 1, "a")),
    [bar(0, during(15, 45)), bar(1, during(45, 60))],
  ),
  make(
    "after-a-composition-by-its-id",
    composition(
      `<div data-composition-id="intro" data-start="0" data-duration="1" data-width="320" data-height="180">${barElement("a", 0, "width:100px")}</div>${clip("b", 1, "intro")}`,
    ),
    [bar(0, during(0, 30)), bar(1, during(30, 45))],
  ),
  make("id-with-a-hyphen", composition(clip("scene-1", 0, "0") + clip("b", 1, "scene-1 + 0.5")), [
    bar(1, during(30, 45)),
  ]),
  make("before-the-beginning", composition(clip("a", 0, "0", "0.5") + clip("b", 1, "a - 1", "1")), [
    bar(1, during(0, 30)),
  ]),
  make(
    "image-of-three-seconds",
    composition(
      `<img id="a" data-start="0" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">${clip("b", 1, "a - 2")}`,
      { attributes: 'data-duration="2"' },
    ),
    [bar(1, during(30, 45))],
  ),
  make(
    "length-from-the-clips",
    composition(clip("a", 0, "0", "1") + clip("b", 1, "a", "1"), { attributes: "" }),
    [bar(0, during(0, 30)), bar(1, during(30, 60))],
  ),
];
