import { native } from "./native.ts";
import { allRoots } from "./roots.ts";

/** The runtime's own style sheets, which stay whatever a page assigns to `adoptedStyleSheets`. */
export interface OwnStyles {
  readonly css: string;
  sheet: CSSStyleSheet;
  /** The rules that the sheet was made with. */
  rules: readonly CSSRule[];
  document: Document;
}

const own: OwnStyles[] = [];

function make(css: string): OwnStyles {
  const sheet = new CSSStyleSheet();
  native.replaceSync.call(sheet, css);
  return { css, sheet, rules: [...sheet.cssRules], document };
}

/** A page may take any sheet for its own, and write another style into it. */
function isIntact({ sheet, rules, document: of }: OwnStyles): boolean {
  const { cssRules } = sheet;
  return (
    // A frame's window may outlive its first, empty document, whose sheets are good for no other.
    of === document &&
    !sheet.disabled &&
    cssRules.length === rules.length &&
    rules.every((rule, index) => cssRules[index] === rule)
  );
}

/** Puts back what is missing, also into shadow trees that are new. */
export function keepOwnStyles(): void {
  for (const styles of own) {
    if (!isIntact(styles)) Object.assign(styles, make(styles.css));
    for (const { adoptedStyleSheets } of allRoots())
      if (!adoptedStyleSheets.includes(styles.sheet)) adoptedStyleSheets.push(styles.sheet);
  }
}

/** Adds a style sheet to the document and to every shadow tree in it. */
export function addOwnStyles(css: string): OwnStyles {
  const styles = make(css);
  own.push(styles);
  keepOwnStyles();
  return styles;
}
