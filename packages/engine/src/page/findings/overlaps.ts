import { area, type Box, intersect } from "./box.ts";
import type { ShownText } from "./shown-texts.ts";

export interface Overlap {
  readonly over: ShownText;
  readonly under: ShownText;
  readonly box: Box;
  /** How much of the smaller one lies in both. */
  readonly share: number;
}

/** Less of the smaller text than this may lie on another: letters rarely fill their boxes. */
const MIN_SHARE = 0.5;
const MIN_OPACITY = 0.9;
/** A text that is this many times larger is a backdrop. */
const MAX_SIZE_RATIO = 2.5;
/** Of a line's height, what letters fill. */
const INK_TOP = 0.22;
const INK_BOTTOM = 0.22;

function inkOf({ box, fontSize }: ShownText): Box {
  return { ...box, top: box.top + INK_TOP * fontSize, bottom: box.bottom - INK_BOTTOM * fontSize };
}

/** Copies of a text that lie on each other are a way to give it an outline, a shadow or a colour of its own. */
function areCopies(a: string, b: string): boolean {
  const [one, other] = [a, b].map((text) => text.replace(/\s/g, "").toLowerCase());
  return one === undefined || other === undefined || one.includes(other) || other.includes(one);
}

function mayOverlap(a: ShownText, b: ShownText): boolean {
  if (a.opacity < MIN_OPACITY || b.opacity < MIN_OPACITY) return false;
  const ratio = a.fontSize / b.fontSize;
  if (ratio > MAX_SIZE_RATIO || ratio < 1 / MAX_SIZE_RATIO) return false;
  return !a.element.contains(b.element) && !b.element.contains(a.element) && !areCopies(a.text, b.text);
}

const PAINTS = "img, picture, video, canvas, iframe, svg, svg *, object, embed";

function isTransparent(colour: string): boolean {
  return colour === "transparent" || /,\s*0?\.?0*\)$/.test(colour) || /\/\s*0?\.?0*\)$/.test(colour);
}

function paintsBehind(element: Element, pseudo?: string): boolean {
  const style = getComputedStyle(element, pseudo);
  if (pseudo !== undefined && (style.content === "none" || style.content === "normal")) return false;
  return style.backgroundImage !== "none" || !isTransparent(style.backgroundColor);
}

/** Whether an element hides what lies below it. */
function hides(element: Element): boolean {
  return (
    element.matches(PAINTS) || [undefined, "::before", "::after"].some((at) => paintsBehind(element, at))
  );
}

/** Which of two texts is drawn above the other; null when that cannot be told, or something hides the lower one. */
function order(a: ShownText, b: ShownText, { left, top, right, bottom }: Box): [ShownText, ShownText] | null {
  const stack = document.elementsFromPoint((left + right) / 2, (top + bottom) / 2);
  const depthOf = ({ element }: ShownText): number =>
    stack.findIndex((hit) => hit === element || element.contains(hit));
  const [depthA, depthB] = [depthOf(a), depthOf(b)];
  if (depthA < 0 || depthB < 0) return null;
  const [over, under] = depthA < depthB ? [a, b] : [b, a];
  return stack.slice(0, Math.max(depthA, depthB)).some(hides) ? null : [over, under];
}

function overlapOf(a: ShownText, b: ShownText): Overlap | null {
  const [inkA, inkB] = [inkOf(a), inkOf(b)];
  const box = intersect(inkA, inkB);
  const share = area(box) / Math.max(1, Math.min(area(inkA), area(inkB)));
  if (share < MIN_SHARE || !mayOverlap(a, b)) return null;
  const ordered = order(a, b, box);
  return ordered && { over: ordered[0], under: ordered[1], box, share };
}

/** Texts that lie on each other and can both be seen, so that neither can be read. */
export function overlapsOf(texts: readonly ShownText[]): Overlap[] {
  return texts.flatMap((a, index) => texts.slice(index + 1).flatMap((b) => overlapOf(a, b) ?? []));
}
