import { addOwnStyles } from "../own-styles.ts";
import type { TreeNode } from "./node.ts";
import { currentTree } from "./tree.ts";

/** "hidden", "gone" for what would take place, or "appearing" while the style changes without a transition. */
const STATE = "data-framewright-clip";

/** Stronger than what a timeline or a transition does to visibility, and true for all that a clip holds. */
export function installVisibility(): void {
  addOwnStyles(`
    [${STATE}], [${STATE}] * { transition: none !important }
    [${STATE}="hidden"], [${STATE}="hidden"] *, [${STATE}="gone"], [${STATE}="gone"] * { visibility: hidden !important }
    [${STATE}="gone"], [data-start][data-hidden] { display: none !important }
  `);
}

const IN_FLOW = new Set(["static", "relative", "sticky"]);
/** Elements that leave no gap behind while they do not show; asked once, for a hidden element has no such style. */
const collapses = new WeakMap<Element, boolean>();

function isCollapsing(element: Element): boolean {
  const known = collapses.get(element);
  if (known !== undefined) return known;
  const answer =
    IN_FLOW.has(getComputedStyle(element).position) && element.querySelector("[data-start]") === null;
  collapses.set(element, answer);
  return answer;
}

function styleOf(element: Element): CSSStyleDeclaration | null {
  return element instanceof HTMLElement || element instanceof SVGElement ? element.style : null;
}

function show(elements: readonly Element[]): void {
  if (elements.length === 0) return;
  for (const element of elements) {
    element.setAttribute(STATE, "appearing");
    styleOf(element)?.setProperty("visibility", "visible");
  }
  // Reading a layout property makes the browser apply the style, to all that the clips hold.
  void document.body?.offsetHeight;
  for (const element of elements) element.removeAttribute(STATE);
}

function hide(elements: readonly Element[]): void {
  // All are asked before any is changed: a question after each change would cost a layout each.
  const states = elements.map((element) => (isCollapsing(element) ? "gone" : "hidden"));
  for (const [index, element] of elements.entries()) element.setAttribute(STATE, states[index] ?? "hidden");
}

/** What hides now; what is no clip any more must not stay hidden. */
const hidden = new Set<Element>();
let shown: readonly TreeNode[] = [];

/** Frames' times are sums of fractions: what is off by this is rounding. */
const ROUNDING_SECONDS = 1e-9;

/** Shows each clip from its start to its end, the end excluded, as long as those around it show. */
export function showClips(seconds: number): void {
  const appearing: Element[] = [];
  const leaving: Element[] = [];
  const visible: TreeNode[] = [];
  const { clips, byElement } = currentTree();
  const at = seconds + ROUNDING_SECONDS;
  for (const { node, from, to } of clips) {
    node.visible = at >= from && at < to && (node.container?.visible ?? true);
    if (node.visible) visible.push(node);
    else if (!hidden.has(node.element)) leaving.push(node.element);
    if (node.visible && hidden.has(node.element)) appearing.push(node.element);
  }
  for (const element of hidden) if (byElement.get(element)?.timed !== true) appearing.push(element);
  for (const element of leaving) hidden.add(element);
  for (const element of appearing) hidden.delete(element);
  hide(leaving);
  show(appearing);
  shown = visible;
  keepShown();
}

/** A clip shows in its time, whatever the author's style or a timeline says. */
export function keepShown(): void {
  for (const { element } of shown) {
    const style = styleOf(element);
    if (style && style.visibility !== "visible") style.visibility = "visible";
  }
}
