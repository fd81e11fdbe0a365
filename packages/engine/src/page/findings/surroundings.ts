import { type Box, EVERYWHERE, intersect, pictureBox } from "./box.ts";

/** What an element's ancestors and its own style do to what it shows. */
export interface Surroundings {
  readonly opacity: number;
  /** What elements around it leave to be seen, other than the picture's own edge. */
  readonly clip: Box;
  /** Whether its boxes tell where it is seen, and all of it: not turned, masked, blurred or blended. */
  readonly isPlain: boolean;
}

const OPEN: Surroundings = { opacity: 1, clip: EVERYWHERE, isPlain: true };

/** An edge this near to the picture's own is the picture's own. */
const EDGE_PIXELS = 2;

/** Whether a transform turns or skews what it moves. */
function isTurned({ transform, rotate }: CSSStyleDeclaration): boolean {
  if (rotate !== "none" && rotate !== "") return true;
  if (transform === "none") return false;
  const { is2D, b, c } = new DOMMatrixReadOnly(transform);
  return !is2D || Math.abs(b) > 1e-3 || Math.abs(c) > 1e-3;
}

function isPlain(style: CSSStyleDeclaration): boolean {
  return (
    style.clipPath === "none" &&
    style.maskImage === "none" &&
    style.mixBlendMode === "normal" &&
    !/blur|opacity/.test(style.filter) &&
    !isTurned(style)
  );
}

/** What a clipping element leaves to be seen. Sides that lie on the picture's edge, or beyond it, cut nothing more than that. */
function clipOf(element: Element, style: CSSStyleDeclaration): Box {
  if (style.overflowX === "visible" && style.overflowY === "visible") return EVERYWHERE;
  const box = element.getBoundingClientRect();
  const picture = pictureBox();
  return {
    left: box.left > picture.left + EDGE_PIXELS ? box.left : -Infinity,
    top: box.top > picture.top + EDGE_PIXELS ? box.top : -Infinity,
    right: box.right < picture.right - EDGE_PIXELS ? box.right : Infinity,
    bottom: box.bottom < picture.bottom - EDGE_PIXELS ? box.bottom : Infinity,
  };
}

/** Looks at surroundings, each once: good for one moment. */
export function lookAround(): (element: Element) => Surroundings {
  const known = new Map<Element, Surroundings>();
  const at = (element: Element): Surroundings => {
    const found = known.get(element);
    if (found) return found;
    const parent = element.parentElement;
    const outer = parent ? at(parent) : OPEN;
    const style = getComputedStyle(element);
    const own: Surroundings = {
      opacity: outer.opacity * Number(style.opacity),
      clip: parent ? intersect(outer.clip, clipOf(element, style)) : EVERYWHERE,
      isPlain: outer.isPlain && isPlain(style),
    };
    known.set(element, own);
    return own;
  };
  return at;
}
