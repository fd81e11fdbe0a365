import { ALIASES } from "./aliases.ts";
import { DEFAULT_FAMILY, extended, FALLBACKS, FAMILY_OF_LANGUAGE } from "./families.ts";

/** A folder of fonts, and the family that all in it belong to, whatever they say of themselves. */
export interface FontFolder {
  readonly dir: string;
  /** Null where the fonts' own names count. */
  readonly family: string | null;
}

const text = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const string = (value: string): string => `<string>${text(value)}</string>`;

/** Names in the font's files are those of single weights: the name of the family is what a page asks for. */
function renameRule({ dir, family }: FontFolder): string {
  if (family === null) return "";
  return `<match target="scan"><test name="file" compare="contains">${string(`${dir}/`)}</test>
    <edit name="family" mode="assign">${string(family)}</edit></match>`;
}

function aliasRule([family, names]: [string, readonly string[]]): string[] {
  return names.map(
    (name) => `<match target="pattern"><test name="family" qual="any">${string(name)}</test>
    <edit name="family" mode="assign" binding="strong">${string(family)}</edit></match>`,
  );
}

function languageRule([language, family]: [string, string]): string {
  return `<match target="pattern"><test name="lang" compare="contains">${string(language)}</test>
    <edit name="family" mode="append" binding="strong">${string(family)}${string(extended(family))}</edit></match>`;
}

/** Weights but the regular one, by fontconfig's numbers: the browser makes other weights of a stand-in by itself. */
const OTHER_WEIGHTS = [0, 40, 50, 100, 180, 200, 205, 210];

/** What is never chosen would only take time at every choice. */
function leaveOut(families: readonly string[]): string {
  const patterns = families.flatMap((family) =>
    OTHER_WEIGHTS.map(
      (weight) =>
        `<pattern><patelt name="family">${string(family)}</patelt><patelt name="weight"><int>${weight}</int></patelt></pattern>`,
    ),
  );
  const variable = `<pattern><patelt name="variable"><bool>true</bool></patelt></pattern>`;
  return `<selectfont><rejectfont>${[...patterns, variable].join("\n    ")}</rejectfont></selectfont>`;
}

/** Glyphs keep their outlines and exact widths at every size, as those of web fonts do. */
const DRAWING = `<match target="pattern">
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="autohint" mode="assign"><bool>false</bool></edit>
    <edit name="hintstyle" mode="assign"><const>hintnone</const></edit>
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>`;

/**
 * The configuration by which a browser finds the fonts in these folders and no others: fontconfig's own form,
 * https://www.freedesktop.org/software/fontconfig/fontconfig-user.html
 */
export function fontconfig(folders: readonly FontFolder[], cacheDir: string): string {
  const standIns = [DEFAULT_FAMILY, ...FALLBACKS.map(({ family }) => family)];
  const order = standIns.flatMap((family) => [family, extended(family)]);
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  ${folders.map(({ dir }) => `<dir>${text(dir)}</dir>`).join("\n  ")}
  <cachedir>${text(cacheDir)}</cachedir>
  ${folders.map(renameRule).join("\n  ")}
  ${Object.entries(ALIASES).flatMap(aliasRule).join("\n  ")}
  ${Object.entries(FAMILY_OF_LANGUAGE).map(languageRule).join("\n  ")}
  <match target="pattern">
    <edit name="family" mode="append_last" binding="strong">${order.map(string).join("")}</edit>
  </match>
  ${DRAWING}
  ${leaveOut(standIns.map(extended))}
</fontconfig>
`;
}
