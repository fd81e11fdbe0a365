import { rootComposition } from "./root.ts";
import type { Tree } from "./tree.ts";

/** A declared size, as CSS has it; null where none is declared. */
function pixels(element: Element, attribute: "data-width" | "data-height"): string | null {
  const value = Number.parseFloat(element.getAttribute(attribute) ?? "");
  return Number.isFinite(value) && value > 0 ? `${value}px` : null;
}

function set(element: HTMLElement | null, style: Readonly<Record<string, string | null>>): void {
  for (const [name, value] of Object.entries(style)) {
    if (value !== null && element && element.style.getPropertyValue(name) !== value) {
      element.style.setProperty(name, value);
    }
  }
}

/** The picture is the root's box: nothing of the page around it shows, or shifts it. */
function layOutRoot(root: HTMLElement): void {
  const width = pixels(root, "data-width");
  const height = pixels(root, "data-height");
  // What has no size may be as high as nothing: all that it holds would be cut away.
  const overflow = width !== null && height !== null ? "hidden" : null;
  for (const outer of [document.documentElement, document.body]) {
    set(outer, { margin: "0px", padding: "0px", overflow, width, height });
  }
  if (root.style.position === "") root.style.position = "relative";
  set(root, { overflow, width, height, "--comp-width": width, "--comp-height": height });
}

const laidOut = new WeakSet<Element>();

const isAuto = (value: string): boolean => value === "auto" || value === "";
const isNothing = (length: string): boolean => length === "0px" || length === "auto";

/** Puts an element that is in the flow into the root's corner, as far as the author has not moved it. */
function placeInCorner({ style }: HTMLElement, computed: CSSStyleDeclaration): void {
  const { top, bottom, left, right } = computed;
  style.position = "absolute";
  if ([style.top, style.bottom, top, bottom].every(isAuto)) style.top = "0";
  if ([style.left, style.right, left, right].every(isAuto)) style.left = "0";
}

/** An element that would be as wide or high as nothing has its declared size, or the root's. */
function sizeChild(child: HTMLElement, computed: CSSStyleDeclaration): void {
  for (const side of ["width", "height"] as const) {
    if (child.style[side] !== "" || !isNothing(computed[side])) continue;
    child.style[side] = pixels(child, `data-${side}`) ?? "100%";
  }
}

/** A timed child of the root lies in its corner, unless the author has placed it. */
function layOutChild(child: HTMLElement): void {
  laidOut.add(child);
  const computed = getComputedStyle(child);
  // One that is out of the flow already has been placed by its author.
  if (computed.position !== "absolute" && computed.position !== "fixed") placeInCorner(child, computed);
  if (!(child instanceof HTMLAudioElement)) sizeChild(child, computed);
}

/** Gives the outermost composition its size, and its timed children their places. */
export function layOut({ clips }: Tree): void {
  const root = rootComposition();
  if (!root || document.readyState === "loading") return;
  layOutRoot(root);
  for (const { node } of clips) {
    const { element } = node;
    if (element.parentElement !== root || laidOut.has(element) || !(element instanceof HTMLElement)) continue;
    layOutChild(element);
  }
}
