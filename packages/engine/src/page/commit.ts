import { addOwnStyles, type OwnStyles } from "./own-styles.ts";

let styles: OwnStyles | undefined;
let isOn = false;

/**
 * Makes the next frame one that the compositor takes over, as moving images need to go on. What changes is how
 * scrolling would end, which nothing draws.
 */
export function forceCommit(): void {
  styles ??= addOwnStyles(":root { overscroll-behavior-x: auto !important }");
  const [rule] = styles.rules;
  if (!(rule instanceof CSSStyleRule)) return;
  isOn = !isOn;
  rule.style.setProperty("overscroll-behavior-x", isOn ? "contain" : "auto", "important");
}
