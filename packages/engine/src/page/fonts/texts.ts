import { describeElement } from "../describe-element.ts";
import { allRoots } from "../roots.ts";

/** Texts in one list of families. */
export interface TextsInFamilies {
  /** An element that has such a text, named for a person. */
  readonly element: string;
  readonly characters: Set<string>;
}

/** Texts by the list of families that they are drawn in, as CSS has it. */
export type Texts = Map<string, TextsInFamilies>;

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

function watchMethod(target: object, name: "fillText" | "strokeText"): void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== "function") return;
  Object.defineProperty(target, name, {
    configurable: true,
    writable: true,
    value: {
      [name](this: { font: string }, text: unknown, ...rest: unknown[]) {
        noteDrawn(this.font, String(text));
        return Reflect.apply(original, this, [text, ...rest]) as unknown;
      },
    }[name],
  });
}

/** Notes from now on what is written on canvases: it can be asked of them no more. */
export function watchCanvases(): void {
  for (const { prototype } of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D]) {
    watchMethod(prototype, "fillText");
    watchMethod(prototype, "strokeText");
  }
}

function add(texts: Texts, families: string, element: string, text: string): void {
  if (text.trim() === "") return;
  const entry = texts.get(families) ?? { element, characters: new Set<string>() };
  // A letter with its mark is drawn as one character, where there is one.
  for (const character of text.normalize("NFC")) entry.characters.add(character);
  texts.set(families, entry);
}

function addTextNodes(texts: Texts, root: Document | ShadowRoot): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
    const text = node.nodeValue ?? "";
    if (!element || text.trim() === "" || element.closest(NOT_DRAWN)) continue;
    add(texts, getComputedStyle(element).fontFamily, describeElement(element), text);
  }
}

/** Strings of a `content` property. */
const STRINGS = /"((?:[^"\\]|\\.)*)"/g;

function addDecorations(texts: Texts, root: Document | ShadowRoot): void {
  for (const element of [...root.querySelectorAll("body *, :host *")].slice(0, MAX_DECORATED)) {
    if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
      const text = element.value || element.placeholder;
      add(texts, getComputedStyle(element).fontFamily, describeElement(element), text);
    }
    for (const pseudo of ["::before", "::after"]) {
      const { content, fontFamily } = getComputedStyle(element, pseudo);
      for (const [, text = ""] of content.matchAll(STRINGS))
        add(texts, fontFamily, describeElement(element) + pseudo, text);
    }
  }
}

/** A canvas's font ends with its families, after the size. */
function familiesOf(font: string): string {
  return /(?:px|pt|em|%)(?:\/\S+)?\s+(.+)$/.exec(font)?.[1] ?? font;
}

/** Every text of the page, shown or not yet: of elements, of what CSS adds to them, and of canvases. */
export function allTexts(): Texts {
  const texts: Texts = new Map();
  for (const root of allRoots()) {
    addTextNodes(texts, root);
    addDecorations(texts, root);
  }
  for (const [font, characters] of drawn) add(texts, familiesOf(font), "a canvas", [...characters].join(""));
  return texts;
}
