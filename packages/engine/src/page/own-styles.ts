import { allRoots } from "./roots.ts";

/** The runtime's own style sheets, which stay whatever a page assigns to `adoptedStyleSheets`. */
interface OwnStyles {
  readonly css: string;
  sheet: CSSStyleSheet;
  document: Document;
}

const own: OwnStyles[] = [];

function makeSheet(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}

/** Puts back what is missing, also into shadow trees that are new. */
export function keepOwnStyles(): void {
  for (const styles of own) {
    // A frame's window may outlive its first, empty document, whose sheets are good for no other.
    if (styles.document !== document) Object.assign(styles, { sheet: makeSheet(styles.css), document });
    for (const { adoptedStyleSheets } of allRoots())
      if (!adoptedStyleSheets.includes(styles.sheet)) adoptedStyleSheets.push(styles.sheet);
  }
}

/** Adds a style sheet to the document and to every shadow tree in it. */
export function addOwnStyles(css: string): CSSStyleSheet {
  const sheet = makeSheet(css);
  own.push({ css, sheet, document });
  keepOwnStyles();
  return sheet;
}
