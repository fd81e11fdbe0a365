import { isUtf8 } from "node:buffer";

/** How far the HTML standard looks for a declaration, in bytes: https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding */
const PRESCAN_BYTES = 1_024;
/** Browsers look further, as far as the head goes. */
const HEAD_END = /<(?:body|\/head)[\t\n\f\r />]/i;

const COMMENT = /<!--(?:-?>|[^]*?-->)/y;
const META = /<meta(?=[\t\n\f\r /])/iy;
const TAG = /<\/?[a-z]/iy;
const BOGUS = /<[!/?][^>]*>/y;
const ATTRIBUTE =
  /[\t\n\f\r /]*([^\t\n\f\r />][^\t\n\f\r />=]*)(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r >"'][^\t\n\f\r >]*))?)?/y;
const IN_CONTENT = /charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r ;"']+))/i;
const XML_DECLARATION = /^<\?xml[^>]*?encoding[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)')/;

/** The encoding that a label stands for; undefined for an unknown one. */
function encodingOf(label: string): string | undefined {
  const name = label.trim().toLowerCase();
  // A document in which this was read is not in UTF-16.
  if (/^(utf-?16|unicode|ucs-2|iso-10646-ucs-2|csunicode)/.test(name)) return "utf-8";
  if (name === "x-user-defined") return "windows-1252";
  try {
    return new TextDecoder(name).encoding;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A tag's attributes from `at` on, the first of each name, and where the tag ends. */
function readAttributes(text: string, at: number): { attributes: Map<string, string>; end: number } {
  const attributes = new Map<string, string>();
  let end = at;
  for (;;) {
    ATTRIBUTE.lastIndex = end;
    const match = ATTRIBUTE.exec(text);
    if (!match) return { attributes, end };
    const [, name = "", double, single, plain] = match;
    if (!attributes.has(name.toLowerCase()))
      attributes.set(name.toLowerCase(), double ?? single ?? plain ?? "");
    end = ATTRIBUTE.lastIndex;
  }
}

function charsetOfMeta(attributes: ReadonlyMap<string, string>): string | undefined {
  const charset = attributes.get("charset");
  if (charset !== undefined) return encodingOf(charset);
  if (attributes.get("http-equiv")?.toLowerCase() !== "content-type") return undefined;
  const label = IN_CONTENT.exec(attributes.get("content") ?? "")
    ?.slice(1)
    .find((part) => part !== undefined);
  return label === undefined ? undefined : encodingOf(label);
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** What stands at a place: how far it goes, and the encoding that it declares. */
function readAt(text: string, at: number): { end: number; encoding?: string | undefined } {
  const comment = endOf(COMMENT, text, at);
  if (comment !== undefined) return { end: comment };
  const meta = endOf(META, text, at);
  const tag = meta ?? endOf(TAG, text, at);
  if (tag === undefined) return { end: endOf(BOGUS, text, at) ?? at + 1 };
  const { attributes, end } = readAttributes(text, tag);
  return { end, encoding: meta === undefined ? undefined : charsetOfMeta(attributes) };
}

/**
 * The encoding that an HTML document declares in its first bytes; undefined when it declares none.
 * It has to be found before markup is put into the document, which would move the declaration out of a browser's sight.
 */
export function declaredCharset(start: Buffer): string | undefined {
  const whole = start.toString("latin1");
  const text = whole.slice(0, Math.max(PRESCAN_BYTES, whole.search(HEAD_END)));
  if (text.startsWith("\u{ef}\u{bb}\u{bf}")) return "utf-8";
  for (let at = text.indexOf("<"); at !== -1;) {
    const { end, encoding } = readAt(text, at);
    if (encoding !== undefined) return encoding;
    at = text.indexOf("<", end);
  }
  const xml = XML_DECLARATION.exec(text);
  return xml ? encodingOf(xml[1] ?? xml[2] ?? "") : undefined;
}

/** Whether a file's first bytes are UTF-8; a character that is cut off at their end counts as whole. */
export function looksUtf8(start: Buffer, isWhole: boolean): boolean {
  if (isWhole) return isUtf8(start);
  let end = start.length;
  while (end > 0 && ((start[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return isUtf8(start.subarray(0, Math.max(0, end - 1)));
}
