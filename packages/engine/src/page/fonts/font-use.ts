import type { FontUse } from "../../page-protocol.ts";
import { missingGlyphs } from "./missing-glyphs.ts";
import { allTexts } from "./texts.ts";

/** The names of a list of families, in its order. */
function namesOf(families: string): string[] {
  return [...families.matchAll(/"((?:[^"\\]|\\.)*)"|([^",]+)/g)]
    .map(([, quoted, plain = ""]) => (quoted ?? plain).trim())
    .filter((name) => name !== "");
}

/** What is known of the page's own fonts by their names: whether one of a name did not load, and whether any may be drawn. */
function ownFonts(): Map<string, { readonly isUsable: boolean; readonly hasFailed: boolean }> {
  const fonts = new Map<string, { isUsable: boolean; hasFailed: boolean }>();
  for (const { family, status } of document.fonts) {
    const name = family.replaceAll(/^["']|["']$/g, "").toLowerCase();
    const known = fonts.get(name) ?? { isUsable: false, hasFailed: false };
    if (status === "error") known.hasFailed = true;
    else known.isUsable = true;
    fonts.set(name, known);
  }
  return fonts;
}

/** Which families the page's texts ask for, and which of their characters no font has. */
export function fontUse(): FontUse[] {
  const own = ownFonts();
  const known = (name: string) => own.get(name.toLowerCase());
  const uses = new Map<string, FontUse>();
  for (const { face, families, element, characters } of allTexts()) {
    const missing = missingGlyphs(face, families, characters);
    const before = uses.get(families);
    const names = namesOf(families);
    uses.set(families, {
      // Of elements in several faces, one that lacks something is named.
      element: before && (before.missing.length > 0 || missing.length === 0) ? before.element : element,
      families: names,
      own: names.filter((name) => known(name)?.isUsable),
      failed: names.filter((name) => known(name) && !known(name)?.isUsable),
      missing: [...new Set([...(before?.missing ?? []), ...missing])],
    });
  }
  return [...uses.values()];
}
