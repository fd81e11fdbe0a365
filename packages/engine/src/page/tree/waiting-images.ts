import { addOwnStyles } from "../own-styles.ts";
import type { Clip } from "./tree.ts";

/** An image that moves begins to when it is first drawn: one of a later clip must not be before its time. */
const WAITS = "data-framewright-waits";
const MAY_MOVE = /^data:image\/(?:gif|webp|a?png|avif)|\.(?:gif|webp|a?png|avif)(?:[?#]|$)/i;

export function installWaitingImages(): void {
  addOwnStyles(`[${WAITS}] { visibility: hidden !important }`);
}

function imagesOf(element: Element): Element[] {
  return element.localName === "img" ? [element] : [...element.querySelectorAll("img")];
}

const held = new Set<HTMLImageElement>();

/** Keeps images of clips that do not begin at 0 from being drawn while the page loads. */
export function holdImages(clips: readonly Clip[]): void {
  for (const { node, from } of clips) {
    if (from <= 0) continue;
    for (const image of imagesOf(node.element)) {
      if (!(image instanceof HTMLImageElement) || !MAY_MOVE.test(image.currentSrc || image.src)) continue;
      image.setAttribute(WAITS, "");
      held.add(image);
    }
  }
}

/** From the first frame on, clips hide what does not show yet. */
export function releaseImages(): void {
  for (const image of held) image.removeAttribute(WAITS);
  held.clear();
}
