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

/** The nodes of a document or a shadow tree, in its order, so that each comes after those around it. */
function nodesOf(within: ParentNode, around: TreeNode[], root: Element): TreeNode[] {
  const nodes: TreeNode[] = [];
  const [outer] = around;
  for (const element of within.querySelectorAll(NODES)) {
    if (!isNode(element)) continue;
    while (around.length > 0 && around.at(-1) !== outer && around.at(-1)?.element.contains(element) === false)
      around.pop();
    const node = makeNode(element, around.at(-1) ?? null, root);
    nodes.push(node);
    around.push(node);
  }
  return nodes;
}

/** The nearest node around a shadow tree. */
function nodeAround(tree: ShadowRoot, byElement: ReadonlyMap<Element, TreeNode>): TreeNode | null {
  for (let element: Element | null = tree.host; element; element = parentOf(element)) {
    const node = byElement.get(element);
    if (node) return node;
  }
  return null;
}

function parentOf(element: Element): Element | null {
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

/** All nodes of the page, each after those around it. Shadow trees come in the order in which they lie in each other. */
export function buildNodes(shadowTrees: readonly ShadowRoot[]): TreeNode[] {
  const root = rootElement();
  const nodes = nodesOf(document, [], root);
  const byElement = new Map(nodes.map((node) => [node.element, node]));
  for (const tree of shadowTrees) {
    const around = nodeAround(tree, byElement);
    const inside = nodesOf(tree, around ? [around] : [], root);
    for (const node of inside) byElement.set(node.element, node);
    nodes.push(...inside);
  }
  return nodes;
}
