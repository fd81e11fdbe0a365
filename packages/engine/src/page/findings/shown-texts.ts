import { area, type Box, intersect, unite } from "./box.ts";
import { lookAround, type Surroundings } from "./surroundings.ts";

/** A piece of text that can be seen: the text of a block, with all that runs within it. */
export interface ShownText {
  readonly element: Element;
  readonly text: string;
  /** What its neighbours leave of it to be seen. */
  readonly box: Box;
  readonly fontSize: number;
  readonly opacity: number;
}

/** Looking at more would take longer than it is worth: such a page is no title. */
const MAX_TEXT_NODES = 300;
/** Below it, a text is meant to be hardly seen. */
const MIN_OPACITY = 0.5;

const SKIPPED = "script, style, noscript, template, title, textarea, svg, [aria-hidden=true]";

function textNodes(): Text[] {
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (nodes.length < MAX_TEXT_NODES && walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof Text && /\S/.test(node.data)) nodes.push(node);
  }
  return nodes;
}

/** The block that a text runs in. */
function blockOf(element: Element): Element {
  let block = element;
  while (block.parentElement && /^(inline|contents)/.test(getComputedStyle(block).display)) {
    block = block.parentElement;
  }
  return block;
}

function alphaOf(colour: string): number {
  const [, alpha = "1"] = /^(?:rgba\(.*,|color\(.*\/|lab\(.*\/|oklch\(.*\/)\s*([\d.]+)\)$/.exec(colour) ?? [];
  return Number(alpha);
}

function isReadable(element: Element, { opacity, isPlain }: Surroundings): boolean {
  if (!isPlain || opacity < MIN_OPACITY) return false;
  const style = getComputedStyle(element);
  if (style.visibility !== "visible") return false;
  return alphaOf(style.webkitTextFillColor) >= MIN_OPACITY;
}

const glyphs = document.createRange();

function boxOf(node: Text): Box | null {
  glyphs.selectNodeContents(node);
  const rects = [...glyphs.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
  return rects.length === 0 ? null : rects.map((rect): Box => rect).reduce(unite);
}

/** The texts that can be seen now, by their blocks. */
export function shownTexts(): ShownText[] {
  const around = lookAround();
  const texts = new Map<Element, ShownText>();
  for (const node of textNodes()) {
    const parent = node.parentElement;
    if (!parent || parent.closest(SKIPPED)) continue;
    const surroundings = around(parent);
    if (!isReadable(parent, surroundings)) continue;
    const whole = boxOf(node);
    const box = whole && intersect(whole, surroundings.clip);
    if (!box || area(box) === 0) continue;
    const element = blockOf(parent);
    const known = texts.get(element);
    texts.set(element, {
      element,
      text: `${known?.text ?? ""} ${node.data}`.replace(/\s+/g, " ").trim(),
      box: known ? unite(known.box, box) : box,
      fontSize: Math.max(known?.fontSize ?? 0, drawnFontSize(parent, whole)),
      opacity: Math.min(known?.opacity ?? 1, surroundings.opacity),
    });
  }
  return [...texts.values()];
}

/** The size that letters are drawn at, whatever scales them. */
function drawnFontSize(element: Element, { top, bottom }: Box): number {
  const size = Number.parseFloat(getComputedStyle(element).fontSize);
  return Math.min(size, bottom - top);
}
