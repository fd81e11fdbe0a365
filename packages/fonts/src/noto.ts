/** Writings by Unicode's names, and the words of a family of Noto that has them. */
const SCRIPTS = [
  "Armenian",
  "Balinese",
  "Bengali",
  "Cherokee",
  "Ethiopic",
  "Georgian",
  "Gujarati",
  "Gurmukhi",
  "Javanese",
  "Kannada",
  "Khmer",
  "Lao",
  "Malayalam",
  "Mongolian",
  "Myanmar",
  "Oriya",
  "Sinhala",
  "Syriac",
  "Tamil",
  "Telugu",
  "Thaana",
  "Tifinagh",
];
/** Those that Noto has with serifs alone, or under another name. */
const OTHERS = new Map([
  ["Tibetan", "Noto Serif Tibetan"],
  ["Han", "Noto Sans TC"],
]);

const FAMILIES = [...SCRIPTS.map((script) => [script, `Noto Sans ${script}`] as const), ...OTHERS].map(
  ([script, family]) => ({ family, pattern: new RegExp(`\\p{Script=${script}}`, "u") }),
);

/** The families of Noto that have characters which the shelf lacks, as far as it is known. */
export function notoFamilies(characters: readonly string[]): string[] {
  return FAMILIES.filter(({ pattern }) => characters.some((each) => pattern.test(each))).map(
    ({ family }) => family,
  );
}
