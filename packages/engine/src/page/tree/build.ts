import { contentStartOf, rateOf } from "./timing.ts";
import { isComposition, isNode, type NodeKind, NODES, type TreeNode } from "./node.ts";
import { rootElement } from "./root.ts";

function kindOf(element: Element, root: Element): NodeKind {
  if (element === root) return "composition";
  if (isComposition(element)) return "nested";
  return element instanceof HTMLMediaElement ? "media" : "clip";
}

/** Makes a node of an element; its times are found later. */
export function makeNode(element: Element, around: TreeNode | null, root: Element): TreeNode {
  const kind = kindOf(element, root);
  const composition = around === null || isComposition(around.element) ? around : around.composition;
  const hasContent = kind === "nested" || kind === "media";
  return {
    element,
    kind,
    composition,
    container: around === null || around.timed ? around : around.container,
    timed: kind !== "composition" && element.hasAttribute("data-start"),
    rate: (hasContent ? rateOf(element) : 1) * (composition?.rate ?? 1),
    contentStart: hasContent ? contentStartOf(element) : 0,
    from: 0,
    to: Infinity,
    resolved: false,
    visible: true,
  };
}

/** All nodes of the document, in its order, so that each comes after those around it. */
export function buildNodes(): TreeNode[] {
  const root = rootElement();
  const nodes: TreeNode[] = [];
  const around: TreeNode[] = [];
  for (const element of document.querySelectorAll(NODES)) {
    if (!isNode(element)) continue;
    while (around.length > 0 && around.at(-1)?.element.contains(element) === false) around.pop();
    const node = makeNode(element, around.at(-1) ?? null, root);
    nodes.push(node);
    around.push(node);
  }
  return nodes;
}
