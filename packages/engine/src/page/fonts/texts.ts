import { describeElement } from "../describe-element.ts";
import { replaceMethod } from "../replace.ts";
import { allRoots } from "../roots.ts";

/** Texts in one face of a list of families, as CSS has both: a face may have letters that another lacks. */
export interface TextsInFace {
  /** Style and weight, as in "italic 700". */
  readonly face: string;
  readonly families: string;
  /** An element that has such a text, named for a person. */
  readonly element: string;
  readonly characters: Set<string>;
}

/** By face and families. */
type Texts = Map<string, TextsInFace>;

type Font = Pick<TextsInFace, "face" | "families">;

function fontOf({ fontStyle, fontWeight, fontFamily }: CSSStyleDeclaration): Font {
  return { face: `${fontStyle} ${fontWeight}`, families: fontFamily };
}

/** Of a page with more elements, some are not looked at for what CSS adds to them. */
const MAX_DECORATED = 5_000;
const NOT_DRAWN = "script, style, template, noscript, title, head";

/** What canvases were given to draw, by their fonts. */
const drawn = new Map<string, Set<string>>();
const MAX_DRAWN_FONTS = 50;
const MAX_DRAWN_CHARACTERS = 5_000;

function noteDrawn(font: string, text: string): void {
  const characters = drawn.get(font) ?? new Set();
  if (drawn.size >= MAX_DRAWN_FONTS || characters.size >= MAX_DRAWN_CHARACTERS) return;
  for (const character of text) characters.add(character);
  drawn.set(font, characters);
}

function watchMethod(target: { readonly font: string }, name: "fillText" | "strokeText"): void {
  replaceMethod(target, name, (original, args, on) => {
    noteDrawn(on.font, String(args[0]));
    return original(...args);
  });
}

/** Notes from now on what is written on canvases: it can be asked of them no more. */
export function watchCanvases(): void {
  for (const { prototype } of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D]) {
    watchMethod(prototype, "fillText");
    watchMethod(prototype, "strokeText");
  }
}

function add(texts: Texts, font: Font, element: string, text: string): void {
  if (text.trim() === "") return;
  const key = `${font.face} ${font.families}`;
  const entry = texts.get(key) ?? { ...font, element, characters: new Set<string>() };
  // A letter with its mark is drawn as one character, where there is one.
  for (const character of text.normalize("NFC")) entry.characters.add(character);
  texts.set(key, entry);
}

function addTextNodes(texts: Texts, root: Document | ShadowRoot): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
    const text = node.nodeValue ?? "";
    if (!element || text.trim() === "" || element.closest(NOT_DRAWN)) continue;
    add(texts, fontOf(getComputedStyle(element)), describeElement(element), text);
  }
}

/** Strings of a `content` property. */
const STRINGS = /"((?:[^"\\]|\\.)*)"/g;

function addDecorations(texts: Texts, root: Document | ShadowRoot): void {
  for (const element of [...root.querySelectorAll("body *, :host *")].slice(0, MAX_DECORATED)) {
    if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
      const text = element.value || element.placeholder;
      add(texts, fontOf(getComputedStyle(element)), describeElement(element), text);
    }
    for (const pseudo of ["::before", "::after"]) {
      const style = getComputedStyle(element, pseudo);
      for (const [, text = ""] of style.content.matchAll(STRINGS))
        add(texts, fontOf(style), describeElement(element) + pseudo, text);
    }
  }
}

/** A canvas's font begins with its face and ends with its families, with the size between. */
function canvasFont(font: string): Font {
  const [, face = "", families = font] = /^(.*?)[\d.]+(?:px|pt|em|%)(?:\/\S+)?\s+(.+)$/.exec(font) ?? [];
  return { face: face.trim(), families };
}

/** Every text of the page, shown or not yet: of elements, of what CSS adds to them, and of canvases. */
export function allTexts(): TextsInFace[] {
  const texts: Texts = new Map();
  for (const root of allRoots()) {
    addTextNodes(texts, root);
    addDecorations(texts, root);
  }
  for (const [font, characters] of drawn) add(texts, canvasFont(font), "a canvas", [...characters].join(""));
  return [...texts.values()];
}
