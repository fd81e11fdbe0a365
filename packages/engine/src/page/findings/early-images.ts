import type { PageFinding } from "../../page-findings.ts";
import { currentTree } from "../tree/tree.ts";
import { selectorOf } from "./selector.ts";

const MAX_TOLD = 5;
/** Other formats hold one picture far more often. */
const MOVES = /^data:image\/gif|\.gif(?:[?#]|$)/i;

function imagesOf(element: Element): Element[] {
  return element.localName === "img" ? [element] : [...element.querySelectorAll("img")];
}

/** Moving images in clips that begin later: the browser plays them from the beginning of the video on. */
export function earlyImages(): PageFinding[] {
  const late = currentTree().clips.filter(({ from }) => from > 0);
  const images = new Set(late.flatMap(({ node }) => imagesOf(node.element)));
  return [...images]
    .filter((image) => MOVES.test(image.getAttribute("src") ?? ""))
    .slice(0, MAX_TOLD)
    .map((image) => {
      const selector = selectorOf(image);
      return {
        code: "image-early",
        severity: "warning",
        message: `The GIF ${selector} plays from the beginning of the video on, though it shows later: it may not begin with its first picture.`,
        remedy:
          "Show it by <video> with data-start, which begins with its clip: GIF files play there as well.",
        selector,
      };
    });
}
