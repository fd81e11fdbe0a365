import { addOwnStyles } from "./own-styles.ts";

let rule: CSSStyleRule | undefined;
let isOn = false;

/**
 * Makes the next frame one that the compositor takes over, as moving images need to go on. What changes is how
 * scrolling would end, which nothing draws.
 */
export function forceCommit(): void {
  const first = rule ?? addOwnStyles(":root { overscroll-behavior-x: auto !important }").cssRules[0];
  if (!(first instanceof CSSStyleRule)) return;
  rule = first;
  isOn = !isOn;
  rule.style.setProperty("overscroll-behavior-x", isOn ? "contain" : "auto", "important");
}
