import type { CutText, OverlappingTexts, TextFacts } from "../../page-findings.ts";
import { area, asTold, type Box, intersect, isSame, pictureBox } from "./box.ts";
import { overlapsOf } from "./overlaps.ts";
import { selectorOf } from "./selector.ts";
import { type ShownText, shownTexts } from "./shown-texts.ts";

/** A text at rest moves less than this from one frame to the next, in pixels. */
const REST_PIXELS = 0.02;
/** A text that rests elsewhere later wanders: it is part of something larger that is shown bit by bit. */
const SAME_PLACE_PIXELS = 2;
/** It takes as many looks to believe that a text is cut, or covered. */
const MIN_LOOKS = 2;
/** How much of a letter's height may lie beyond the edge: its box is higher than its ink. */
const MAX_CUT_X = 0.25;
const MAX_CUT_Y = 0.4;
const MIN_CUT_PIXELS = 4;
/** Letters that are larger than this part of the picture are a pattern. */
const MAX_LETTERS = 0.35;
const MAX_TOLD = 10;
const MAX_CLEAR = 300;
const QUOTED = 60;

interface Watched {
  readonly selector: string;
  readonly text: string;
  readonly box: Box;
  wanders: boolean;
  atRest: number;
  cut: number;
  cutPixels: number;
}

interface Pair {
  readonly selectors: readonly [string, string];
  readonly texts: readonly [string, string];
  readonly box: Box;
  covered: number;
  seen: number;
  share: number;
}

function quote(text: string): string {
  return text.length > QUOTED ? `${text.slice(0, QUOTED - 1)}…` : text;
}

/** How many pixels of a text lie beyond the picture's edge; 0 when none do that matter, or none lie within. */
function cutPixels({ box, fontSize }: ShownText): number {
  const picture = pictureBox();
  if (area(intersect(box, picture)) === 0 || fontSize > MAX_LETTERS * picture.bottom) return 0;
  const x = Math.max(picture.left - box.left, box.right - picture.right);
  const y = Math.max(picture.top - box.top, box.bottom - picture.bottom);
  const isCut =
    x > Math.max(MIN_CUT_PIXELS, MAX_CUT_X * fontSize) || y > Math.max(MIN_CUT_PIXELS, MAX_CUT_Y * fontSize);
  return isCut ? Math.round(Math.max(x, y)) : 0;
}

/** Names a text across pages: chunks of the same composition see the same. */
function keyOf(selector: string, text: string): string {
  let hash = 0;
  for (const char of `${selector} ${text}`) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) | 0;
  return (hash >>> 0).toString(36);
}

/** Follows the texts that can be seen, by looks at two frames in a row each: what moves in between is not at rest. */
export class TextWatch {
  readonly #texts = new Map<Element, Watched>();
  readonly #pairs = new Map<Element, Map<Element, Pair>>();
  #before = new Map<Element, Box>();

  look(): void {
    const shown = shownTexts();
    const atRest = shown.filter(({ element, box }) => {
      const before = this.#before.get(element);
      return before !== undefined && isSame(before, box, REST_PIXELS);
    });
    for (const text of atRest) this.#note(text);
    this.#notePairs(atRest);
    this.#before = new Map(shown.map(({ element, box }) => [element, box]));
  }

  /** What comes next is not the next frame. */
  lookAway(): void {
    this.#before.clear();
  }

  #note(shown: ShownText): void {
    const { element, text, box } = shown;
    let watched = this.#texts.get(element);
    if (!watched) {
      watched = {
        selector: selectorOf(element),
        text: quote(text),
        box,
        wanders: false,
        atRest: 0,
        cut: 0,
        cutPixels: 0,
      };
      this.#texts.set(element, watched);
    }
    const cut = cutPixels(shown);
    watched.wanders ||= !isSame(watched.box, box, SAME_PLACE_PIXELS);
    watched.atRest += 1;
    if (cut > 0) watched.cut += 1;
    watched.cutPixels = Math.max(watched.cutPixels, cut);
  }

  #notePairs(atRest: readonly ShownText[]): void {
    const overlaps = overlapsOf(atRest);
    for (const { over, under, box, share } of overlaps) {
      const pairs = this.#pairs.get(over.element) ?? new Map<Element, Pair>();
      this.#pairs.set(over.element, pairs);
      const pair = pairs.get(under.element) ?? {
        selectors: [selectorOf(over.element), selectorOf(under.element)],
        texts: [quote(over.text), quote(under.text)],
        box,
        covered: 0,
        seen: 0,
        share: 0,
      };
      pair.covered += 1;
      pair.share = Math.max(pair.share, share);
      pairs.set(under.element, pair);
    }
    const resting = new Set(atRest.map(({ element }) => element));
    for (const [over, pairs] of this.#pairs)
      for (const [under, pair] of pairs) if (resting.has(over) && resting.has(under)) pair.seen += 1;
  }

  facts(): TextFacts {
    const watched = [...this.#texts.values()];
    const isCut = ({ atRest, cut, wanders }: Watched): boolean =>
      !wanders && cut === atRest && cut >= MIN_LOOKS;
    const cut = watched.filter(isCut).map(({ selector, text, box, cutPixels: pixels }): CutText => ({
      key: keyOf(selector, text),
      selector,
      text,
      box: asTold(box),
      pixels,
    }));
    const clear = watched.filter((text) => !isCut(text));
    const overlapping = [...this.#pairs.values()]
      .flatMap((pairs) => [...pairs.values()])
      .filter(({ covered, seen }) => covered === seen && covered >= MIN_LOOKS)
      .map(({ selectors, texts, box, share }): OverlappingTexts => ({
        selectors,
        texts,
        box: asTold(box),
        percent: Math.round(share * 100),
      }));
    return {
      cut: cut.slice(0, MAX_TOLD),
      clear: clear.slice(0, MAX_CLEAR).map(({ selector, text }) => keyOf(selector, text)),
      overlapping: overlapping.slice(0, MAX_TOLD),
    };
  }
}
