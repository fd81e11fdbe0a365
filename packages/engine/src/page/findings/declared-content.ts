import { allAnimations } from "../roots.ts";
import { lengthOf } from "../timeline.ts";
import { registeredTimelines } from "../tree/registry.ts";

/** What there is to be drawn, by a selector that finds it. */
const CONTENT: Readonly<Record<string, string>> = {
  images: "img, picture, object, embed",
  drawings: "svg",
  canvases: "canvas",
  videos: "video",
  frames: "iframe",
};

const NEVER_DRAWN = "script, style, noscript, template, title";

function hasText(): boolean {
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const isDrawn = node.parentElement?.closest(NEVER_DRAWN) === null;
    if (isDrawn && /\S/.test(node.nodeValue ?? "")) return true;
  }
  return false;
}

/** Elements that a GSAP timeline, or anything with its methods, moves. */
function movedByTimelines(): boolean {
  return registeredTimelines().some(({ timeline }) =>
    (timeline.getChildren?.(true, true, false) ?? []).some(
      (tween) =>
        Number(lengthOf(tween) ?? 0) > 0 &&
        (tween.targets?.() ?? []).some((target) => target instanceof Element),
    ),
  );
}

function movedByStyle(animation: Animation): boolean {
  const { effect } = animation;
  return effect instanceof KeyframeEffect && Number(effect.getComputedTiming().duration) > 0;
}

/** Kinds of motion that the page declares. */
export function declaredMotion(): string[] {
  return [
    ...(movedByTimelines() ? ["timelines"] : []),
    ...(allAnimations().some(movedByStyle) ? ["CSS or Web Animations"] : []),
  ];
}

/** Kinds of content that the page declares, other than motion. */
export function declaredContent(): string[] {
  const found = Object.entries(CONTENT).flatMap(([kind, selector]) =>
    document.querySelector(selector) ? [kind] : [],
  );
  return [...(hasText() ? ["text"] : []), ...found];
}
