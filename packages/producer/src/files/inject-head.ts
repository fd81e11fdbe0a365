/** How much of a document is searched for its head, in bytes. A head further down is found by the parser all the same. */
export const HEAD_SEARCH_BYTES = 65_536;

// White space, comments, and what parsers treat like comments.
const SKIPPED = /[\t\n\f\r ]+|<!--(?:-?>|[^]*?--!?>)|<(?:!(?!--|doctype)|\?)[^>]*>/iy;
const DOCTYPE = /<!doctype[^>]*>/iy;
const TAG_NAME = /<([a-z][^\t\n\f\r />]*)/iy;
// An unterminated value runs to the end of the text, so that no ">" inside it ends the tag.
const ATTRIBUTE =
  /[\t\n\f\r /]*[^\t\n\f\r />][^\t\n\f\r />=]*(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\t\n\f\r "'>][^\t\n\f\r >]*)?)?/y;
const TAG_END = /[\t\n\f\r /]*>/y;

/**
 * Where in an HTML document markup can be inserted to come first in its head, as an offset in bytes:
 * after the head's start tag, else after html's, else after the doctype, else at the start (after a byte-order mark).
 * `start` is the document's first bytes.
 */
export function headOffset(start: Buffer): number {
  // One character a byte, so that offsets in the text are offsets in the file; markup is ASCII in UTF-8.
  const text = start.toString("latin1");
  let offset = text.startsWith("\u{ef}\u{bb}\u{bf}") ? 3 : 0;
  let at = offset;
  for (;;) {
    at = endOfRun(SKIPPED, text, at);
    const doctypeEnd = endOf(DOCTYPE, text, at);
    const tag = doctypeEnd === undefined ? startTagAt(text, at) : undefined;
    const end = doctypeEnd ?? tag?.end;
    // Anything else opens the head or the body by itself: a head tag further down would not count.
    if (end === undefined || (tag !== undefined && tag.name !== "html" && tag.name !== "head")) return offset;
    if (tag?.name === "head") return end;
    offset = end;
    at = end;
  }
}

/** Whether a document begins with the byte-order mark of UTF-16. */
export function isUtf16(start: Buffer): boolean {
  return (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
}

function startTagAt(text: string, at: number): { name: string; end: number } | undefined {
  TAG_NAME.lastIndex = at;
  const name = TAG_NAME.exec(text)?.[1];
  if (name === undefined) return undefined;
  const end = endOf(TAG_END, text, endOfRun(ATTRIBUTE, text, at + 1 + name.length));
  return end === undefined ? undefined : { name: name.toLowerCase(), end };
}

/** The end of what a sticky pattern matches at a place; undefined where it does not match. */
function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** The end of as many matches in a row as there are. */
function endOfRun(pattern: RegExp, text: string, at: number): number {
  let end = at;
  for (let next = endOf(pattern, text, end); next !== undefined; next = endOf(pattern, text, end)) end = next;
  return end;
}
