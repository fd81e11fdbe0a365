/** In the text that JSON.stringify gives, only what UTF-8 has no character for is written as half a surrogate pair. */
const ESCAPES = /\\(u0000|ud[89a-f][\da-f]{2}|.)/g;

/**
 * A value for a column of type jsonb; null is no value at all. PostgreSQL takes neither NUL nor half a surrogate pair,
 * and texts of a page may hold both: each becomes U+FFFD, as in HTML.
 */
export function asJson(value: unknown): string | null {
  if (value === null) return null;
  return JSON.stringify(value).replaceAll(ESCAPES, (escape, what: string) =>
    what.length > 1 ? "\ufffd" : escape,
  );
}
