import { ALIASES } from "./aliases.ts";
import { FALLBACKS, NAMED } from "./families.ts";

const GENERIC =
  /^(-apple-system|blinkmacsystemfont|cursive|emoji|fangsong|fantasy|math|monospace|sans-serif|serif|system-ui|ui-\w+(-\w+)?)$/i;

const lower = (text: string): string => text.toLowerCase();
const SHELF = new Map([...NAMED, ...FALLBACKS].map(({ family }) => [lower(family), family]));
const STAND_INS = new Map(
  Object.entries(ALIASES).flatMap(([family, names]) => names.map((name) => [lower(name), family] as const)),
);
/** What a browser takes when no family of a list is there. */
const LAST = "serif";

export interface Replaced {
  /** The families that were asked for by name. */
  readonly asked: readonly string[];
  /** The family that is drawn in their place. */
  readonly by: string;
}

/**
 * What a list of families is drawn in, where that is none that the list names; null where it is one. `own` are those that
 * the page brings.
 */
export function replacedFamily(list: readonly string[], own: readonly string[]): Replaced | null {
  const first = list.findIndex((name) => GENERIC.test(name));
  const asked = first < 0 ? list : list.slice(0, first);
  if (asked.length === 0) return null;
  const drawn = asked.find(
    (name) => own.includes(name) || SHELF.has(lower(name)) || STAND_INS.has(lower(name)),
  );
  if (drawn !== undefined && (own.includes(drawn) || SHELF.has(lower(drawn)))) return null;
  const by = STAND_INS.get(lower(drawn ?? list[first] ?? LAST)) ?? "EB Garamond";
  return asked.some((name) => lower(name) === lower(by)) ? null : { asked, by };
}
