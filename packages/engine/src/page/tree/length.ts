import type { TreeNode } from "./node.ts";
import { contentStartOf, finite, rateOf } from "./timing.ts";

/** How long an element shows, in seconds of the composition around it. */
export type Length =
  | { readonly kind: "seconds"; readonly seconds: number }
  | { readonly kind: "until"; readonly second: number }
  | { readonly kind: "open"; readonly invalid: { readonly name: string; readonly text: string } | null };

/** An image that does not say how long it shows. */
const IMAGE_SECONDS = 3;

function natural(
  { element, timed }: TreeNode,
  lengthOf: (composition: Element) => number | null,
): number | null {
  if (element instanceof HTMLMediaElement) {
    const seconds = (element.duration - contentStartOf(element)) / rateOf(element);
    return Number.isFinite(seconds) ? seconds : null;
  }
  if (element instanceof HTMLImageElement) return timed ? IMAGE_SECONDS : null;
  return lengthOf(element);
}

/** An element's length, as it says itself, or as its content says. `lengthOf` asks a composition's timeline. */
export function localLength(node: TreeNode, lengthOf: (composition: Element) => number | null): Length {
  const { element, kind } = node;
  const text = element.getAttribute("data-duration");
  const duration = finite(text);
  if (duration !== null && duration > 0) return { kind: "seconds", seconds: duration };
  const endText = element.getAttribute("data-end");
  const end = finite(endText);
  if (end !== null && end > 0) return { kind: "until", second: end };
  const seconds = natural(node, lengthOf);
  if (seconds !== null && seconds > 0) return { kind: "seconds", seconds };
  if (kind === "composition") return { kind: "open", invalid: null };
  if (text !== null) return { kind: "open", invalid: { name: "data-duration", text } };
  return { kind: "open", invalid: endText === null ? null : { name: "data-end", text: endText } };
}
