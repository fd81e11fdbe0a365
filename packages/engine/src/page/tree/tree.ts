import { instanceOf } from "../nested/instance.ts";
import { outerFirst, shadowTrees } from "../roots.ts";
import { onePassSeconds } from "../timeline.ts";
import { buildNodes } from "./build.ts";
import { type Issues, noIssues } from "./issues.ts";
import { layOut } from "./layout.ts";
import { NODES, type TreeNode } from "./node.ts";
import { registeredTimelines, registryState } from "./registry.ts";
import { Resolver } from "./resolve.ts";
import { snapToFrame } from "./timing.ts";

/** A node that shows only for a time, with that time as frames see it. */
export interface Clip {
  readonly node: TreeNode;
  readonly from: number;
  readonly to: number;
}

/** What the document holds that has a time of its own. */
export interface Tree {
  /** In document order. */
  readonly nodes: readonly TreeNode[];
  readonly byElement: ReadonlyMap<Element, TreeNode>;
  readonly clips: readonly Clip[];
  readonly issues: Issues;
}

let tree: Tree = { nodes: [], byElement: new Map(), clips: [], issues: noIssues() };
let isStale = true;
let state = "";
let framesPerSecond = 30;
let observer: MutationObserver | undefined;
/** The shadow trees that the tree was made of. */
let shadow: readonly ShadowRoot[] = [];

const ATTRIBUTES = [
  "data-start",
  "data-duration",
  "data-end",
  "data-composition-id",
  "data-composition-src",
  "data-root",
  "data-playback-rate",
  "data-playback-start",
  "data-media-start",
  "data-width",
  "data-height",
  "id",
];

const OBSERVED = { childList: true, subtree: true, attributes: true, attributeFilter: ATTRIBUTES };

function holdsNodes(added: NodeList): boolean {
  for (const node of added) {
    if (node instanceof Element && (node.matches(NODES) || node.querySelector(NODES) !== null)) return true;
  }
  return false;
}

function note(records: readonly MutationRecord[]): void {
  isStale ||= records.some(
    ({ type, addedNodes, removedNodes }) =>
      type === "attributes" || holdsNodes(addedNodes) || holdsNodes(removedNodes),
  );
}

/** What a composition's timeline says of its length, by its element. */
function timelineLengths(): (composition: Element) => number | null {
  const registered = registeredTimelines();
  const byId = new Map(registered.map(({ id, timeline }) => [id, timeline]));
  return (composition) => {
    const [own] = instanceOf(composition)?.timelines.values() ?? [];
    const timeline = own ?? byId.get(composition.getAttribute("data-composition-id") ?? "");
    return timeline ? onePassSeconds(timeline) : null;
  };
}

function build(): Tree {
  const nodes = buildNodes(outerFirst(shadow));
  const resolver = new Resolver(nodes, timelineLengths());
  for (const node of nodes) resolver.resolve(node);
  const clips = nodes
    .filter(({ timed }) => timed)
    .map((node) => ({
      node,
      from: snapToFrame(node.from, framesPerSecond),
      to: snapToFrame(node.to, framesPerSecond),
    }));
  return {
    nodes,
    byElement: new Map(nodes.map((node) => [node.element, node])),
    clips,
    issues: resolver.issues,
  };
}

/** Looks for shadow trees that have come or gone. */
function noteShadowTrees(): void {
  const now = shadowTrees();
  if (now.length === shadow.length && now.every((root, index) => root === shadow[index])) return;
  // To observe what is observed already changes nothing.
  for (const root of now) observer?.observe(root, OBSERVED);
  shadow = now;
  isStale = true;
}

/** The tree as the document is now. It is made anew only when something in it has changed. */
export function currentTree(): Tree {
  if (observer) note(observer.takeRecords());
  noteShadowTrees();
  const now = registryState();
  if (!isStale && now === state) return tree;
  state = now;
  isStale = false;
  tree = build();
  layOut(tree);
  return tree;
}

/** Follows the document. `onParsed` is called when something was added, before the next script of the page runs. */
export function installTree(fps: number, onAdded: () => void): void {
  framesPerSecond = fps;
  observer = new MutationObserver((records) => {
    note(records);
    if (records.some(({ addedNodes }) => addedNodes.length > 0)) onAdded();
  });
  observer.observe(document, OBSERVED);
  for (const type of ["loadedmetadata", "durationchange", "emptied"]) {
    document.addEventListener(type, () => void (isStale = true), true);
  }
}

/** The second of the video at which an element's own time begins: a clip's, or that of the composition it lies in. */
export function startOfNode(element: Element): number {
  const { byElement } = currentTree();
  const own = byElement.get(element);
  if (own) return own.from;
  const around = element.parentElement?.closest("[data-composition-id], [data-composition-file]");
  return (around && byElement.get(around)?.from) ?? 0;
}
