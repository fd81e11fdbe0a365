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

/** Whether a root only declares: what the page shows lies beside it, and would be pushed out of the picture. */
function isEmpty(root: HTMLElement): boolean {
  return root.childElementCount === 0 && root.textContent.trim() === "" && root.offsetHeight === 0;
}

/** A body that its author has made higher than the picture is there to be scrolled. */
function isScrolled(root: HTMLElement, height: string | null): boolean {
  if (root !== document.body || height === null) return false;
  const own = root.computedStyleMap().get("height");
  return own instanceof CSSUnitValue && own.unit === "px" && own.value > Number.parseFloat(height);
}

/** The picture is the root's box: nothing of the page around it shows, or shifts it. */
function layOutRoot(root: HTMLElement): void {
  const width = pixels(root, "data-width");
  const declaredHeight = pixels(root, "data-height");
  const height = isScrolled(root, declaredHeight) ? null : declaredHeight;
  // What has no size may be as high as nothing: all that it holds would be cut away.
  const overflow = width !== null && declaredHeight !== null ? "hidden" : null;
  const size = { margin: "0px", padding: "0px", width, height };
  set(document.documentElement, { ...size, overflow });
  // Where the body is the root, the viewport cuts off what is beyond it, and scripts may scroll there.
  set(document.body, document.body === root ? size : { ...size, overflow });
  if (root.style.position === "") root.style.position = "relative";
  if (root !== document.body) set(root, { overflow });
  set(root, { width, height, "--comp-width": width, "--comp-height": declaredHeight });
}

const laidOut = new WeakSet<Element>();

const isAuto = (value: string): boolean => value === "auto" || value === "";
const isNothing = (length: string): boolean => length === "0px" || length === "auto";

/**
 * Takes an element out of the flow, so that timed ones lie on each other: each is where it would begin, were there no
 * others. One that its author has taken out of the flow has its place.
 */
function liftOut({ style }: HTMLElement, computed: CSSStyleDeclaration): void {
  if (computed.position !== "absolute" && computed.position !== "fixed") style.position = "absolute";
  // Only what is not displayed has no place by then.
  if ([computed.top, computed.bottom].every(isAuto)) style.top = "0";
  if ([computed.left, computed.right].every(isAuto)) style.left = "0";
}

/** An element that would be as wide or high as nothing has its declared size, or the root's. */
function sizeChild(child: HTMLElement, computed: CSSStyleDeclaration): void {
  for (const side of ["width", "height"] as const) {
    if (child.style[side] !== "" || !isNothing(computed[side])) continue;
    child.style[side] = pixels(child, `data-${side}`) ?? "100%";
  }
}

function layOutChild(child: HTMLElement): void {
  laidOut.add(child);
  const computed = getComputedStyle(child);
  liftOut(child, computed);
  if (!(child instanceof HTMLAudioElement)) sizeChild(child, computed);
}

/** Gives the outermost composition its size, and its timed children their places. */
export function layOut({ clips }: Tree): void {
  const root = rootComposition();
  if (!root || document.readyState === "loading" || isEmpty(root)) return;
  layOutRoot(root);
  for (const { node } of clips) {
    const { element } = node;
    if (element.parentElement !== root || laidOut.has(element) || !(element instanceof HTMLElement)) continue;
    layOutChild(element);
  }
}
