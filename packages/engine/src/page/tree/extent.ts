import type { TreeNode } from "./node.ts";
import { currentTree } from "./tree.ts";

/** The latest end of some nodes, in seconds; null when none of them says when it ends. */
function latest(isWanted: (node: TreeNode) => boolean): number | null {
  const ends = currentTree()
    .nodes.filter((node) => node.kind !== "composition" && Number.isFinite(node.to) && isWanted(node))
    .map(({ to }) => to);
  return ends.length === 0 ? null : ends.reduce((a, b) => Math.max(a, b));
}

/** When the last clip ends. */
export function clipsSeconds(): number | null {
  return latest(({ timed, kind }) => timed || kind === "media");
}

/** When the last nested composition or medium ends: a timeline that is shorter does not cut them off. */
export function contentSeconds(): number | null {
  return latest(({ timed, kind }) => (kind === "nested" && timed) || kind === "media");
}
