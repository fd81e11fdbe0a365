/** A family of fonts that is installed with the service. */
export interface ShelfFamily {
  readonly family: string;
  /** The package of Fontsource that holds it, also the name of its folder. */
  readonly package: string;
}

const variable = (family: string): ShelfFamily => ({
  family,
  package: `@fontsource-variable/${slug(family)}`,
});
const fixed = (family: string): ShelfFamily => ({ family, package: `@fontsource/${slug(family)}` });

function slug(family: string): string {
  return family.toLowerCase().replaceAll(" ", "-");
}

/** Families that a page gets by their name, in Latin letters. */
export const NAMED: readonly ShelfFamily[] = [
  ...[
    "Caveat",
    "DM Sans",
    "EB Garamond",
    "Inter",
    "JetBrains Mono",
    "Montserrat",
    "Nunito",
    "Open Sans",
    "Oswald",
    "Outfit",
    "Playfair Display",
    "Raleway",
    "Roboto",
    "Source Code Pro",
    "Space Grotesk",
  ].map(variable),
  ...["Archivo Black", "Bebas Neue", "IBM Plex Mono", "Lato", "League Gothic", "Poppins", "Space Mono"].map(
    fixed,
  ),
];

/** The family of pages that ask for none in particular. */
export const DEFAULT_FAMILY = "Inter";

const EMOJI_FAMILY = "Noto Color Emoji";

/** Letters besides the Latin ones lie in many files, of which a name leads to one: they have a name of their own. */
export function extended(family: string): string {
  return `${family} Extended`;
}

/** Families that also stand in where another one lacks a character: in this order, with all their characters. */
export const FALLBACKS: readonly ShelfFamily[] = [
  variable("Noto Sans"),
  variable("Noto Sans Arabic"),
  variable("Noto Sans Hebrew"),
  variable("Noto Sans Thai"),
  variable("Noto Sans JP"),
  variable("Noto Sans SC"),
  variable("Noto Sans KR"),
  fixed("Noto Sans Math"),
  variable("Noto Sans Symbols"),
  fixed("Noto Sans Symbols 2"),
  fixed(EMOJI_FAMILY),
];

/** Of characters that several languages draw in their own way, each language's family comes first. */
export const FAMILY_OF_LANGUAGE: Readonly<Record<string, string>> = {
  ja: "Noto Sans JP",
  ko: "Noto Sans KR",
  zh: "Noto Sans SC",
  // How the browser asks for emoji.
  "und-zsye": EMOJI_FAMILY,
};
