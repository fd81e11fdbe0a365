/** A part of a font in a file of its own, with the characters that it is for; null for all. */
export interface FontSubset {
  /** As in the names of the files. */
  readonly name: string;
  readonly unicodeRange: string | null;
}

/** The subsets by a package's `unicode.json`, whose numbered ones are in brackets. */
export function subsetsOf(
  ranges: Readonly<Record<string, string>>,
  fallback: readonly string[],
): FontSubset[] {
  const listed = Object.entries(ranges).map(([key, unicodeRange]) => ({
    name: key.replace(/^\[(.*)\]$/, "$1"),
    unicodeRange,
  }));
  return listed.length > 0 ? listed : fallback.map((name) => ({ name, unicodeRange: null }));
}

/** Narrows subsets to the characters of a text; those that have none of them are left out. */
export function subsetsFor(subsets: readonly FontSubset[], text: string): FontSubset[] {
  const points = [...new Set(Array.from(text, (character) => character.codePointAt(0) ?? 0))];
  return subsets.flatMap((subset) => {
    const own = points.filter((point) => subset.unicodeRange === null || covers(subset.unicodeRange, point));
    if (own.length === 0) return [];
    const unicodeRange = own.map((point) => `U+${point.toString(16).toUpperCase()}`).join(",");
    return { name: subset.name, unicodeRange };
  });
}

/** Whether a `unicode-range` has a character: `U+41`, `U+0-FF`, `U+4??`. */
function covers(unicodeRange: string, point: number): boolean {
  return unicodeRange.split(",").some((part) => {
    const [from = "", to = from] = part.trim().replace(/^U\+/i, "").split("-");
    const low = Number.parseInt(from.replaceAll("?", "0"), 16);
    const high = Number.parseInt(to.replaceAll("?", "F"), 16);
    return point >= low && point <= high;
  });
}
