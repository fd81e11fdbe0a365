import type { Warning } from "@framewright/contract";
import type { PageNews } from "@framewright/engine";
import { notoFamilies, replacedFamily } from "@framewright/fonts";

type FontUse = NonNullable<PageNews["fonts"]>[number];

/** Enough to see which writing it is. */
const MAX_SHOWN = 12;

const list = (families: readonly string[]): string => families.join(", ");

function show(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `${character} (U+${code.toString(16).toUpperCase().padStart(4, "0")})`;
}

/** The line that brings a family with these characters, where one is known. */
function mend(missing: readonly string[]): string {
  const families = notoFamilies(missing);
  if (families.length === 0)
    return "Link a family that has them, from Google Fonts say, or ship one with the project, and name it in font-family.";
  const query = families.map((family) => `family=${family.replaceAll(" ", "+")}`).join("&");
  const names = families.map((family) => `"${family}"`).join(", ");
  return `Add <link rel="stylesheet" href="https://fonts.googleapis.com/css2?${query}"> and ${names} to font-family, or ship a font that has them.`;
}

function missingWarning({ missing, element, families }: FontUse): Warning[] {
  if (missing.length === 0) return [];
  const shown = missing.slice(0, MAX_SHOWN).map(show).join(" ");
  const more = missing.length > MAX_SHOWN ? ` and ${missing.length - MAX_SHOWN} more` : "";
  return [
    {
      code: "glyphs-missing",
      message: `No font has ${shown}${more} of ${element}, in font-family ${list(families)}: empty boxes are drawn.`,
      remedy: mend(missing),
    },
  ];
}

function replacedWarning({ families, own, failed, element }: FontUse): Warning[] {
  // Elsewhere the machine's own fonts are drawn with, which nobody here has listed.
  const replaced = process.platform === "linux" ? replacedFamily(families, own) : null;
  if (replaced === null) return [];
  const { asked, by } = replaced;
  const notLoaded = failed.filter((name) => asked.includes(name));
  const why = notLoaded.length > 0 ? ` (the files of ${list(notLoaded)} did not load)` : "";
  return [
    {
      code: "font-replaced",
      message: `${element} asks for ${list(asked)}, which ${asked.length > 1 ? "are" : "is"} not there${why}: ${by} is drawn.`,
      remedy:
        "Link the family, from Google Fonts say, or ship it with the project by @font-face; or name the one that is drawn.",
    },
  ];
}

/** Characters that no font has, and families in whose place others are drawn. */
export function fontWarnings(fonts: PageNews["fonts"]): Warning[] {
  const all = fonts ?? [];
  const told = new Set<string>();
  return [...all.flatMap(missingWarning), ...all.flatMap(replacedWarning)].filter(({ code, message }) => {
    // Of frames that ask for the same, one is told of.
    const isNew = !told.has(`${code} ${message}`);
    told.add(`${code} ${message}`);
    return isNew;
  });
}
