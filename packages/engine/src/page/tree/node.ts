/** What a document's elements are in time. */
export type NodeKind = "composition" | "nested" | "clip" | "media";

/** An element that has a time of its own. */
export interface TreeNode {
  readonly element: Element;
  readonly kind: NodeKind;
  /** The composition whose time `data-start` counts in. */
  readonly composition: TreeNode | null;
  /** The nearest element around it that shows only for a time. */
  readonly container: TreeNode | null;
  /** Whether it shows only from its start to its end. */
  readonly timed: boolean;
  /** Seconds of its content that pass in one second of the video. */
  readonly rate: number;
  /** The second of its own content with which it begins. */
  readonly contentStart: number;
  /** Seconds of the video, from the first frame of the outermost composition. */
  from: number;
  /** Exclusive; Infinity where nothing says when it ends. */
  to: number;
  /** Whether `from` and `to` are known. */
  resolved: boolean;
  /** Whether it shows at the second that was last walked to. */
  visible: boolean;
}

/** Which elements are nodes. */
export const NODES = "[data-start], [data-composition-id], [data-composition-file], video, audio";

const NEVER_DRAWN = new Set(["SCRIPT", "STYLE", "LINK", "META", "TEMPLATE"]);

export function isNode(element: Element): boolean {
  return !NEVER_DRAWN.has(element.tagName);
}

export function isComposition(element: Element): boolean {
  return element.hasAttribute("data-composition-id") || element.hasAttribute("data-composition-file");
}

/** An element's own time at a second of the video: that of its content, which stands still before it begins. */
export function localSeconds(node: TreeNode, seconds: number): number {
  return node.contentStart + Math.max(0, seconds - node.from) * node.rate;
}

/** The second of the video at which a composition's own time is `local`. */
export function videoSeconds(composition: TreeNode | null, local: number): number {
  if (composition === null) return local;
  return composition.from + (local - composition.contentStart) / composition.rate;
}
