/** What the conditions of a request come to, for a file with a strong entity tag and no date (RFC 9110, section 13). */
export interface Conditions {
  readonly status: "proceed" | "not-modified" | "failed";
  /** The range to serve, if it is still asked for. */
  readonly range: string | null;
}

/** Whoever asks for several ranges, or for something malformed, may be sent the whole (RFC 9110, section 14.2). */
const ONE_RANGE = /^bytes=(\d+-\d*|-\d+)$/i;

/** Evaluates If-Match, If-None-Match and If-Range against the file's entity tag. */
export function evaluateConditions(headers: Headers, etag: string): Conditions {
  const ifMatch = headers.get("if-match");
  const ifNoneMatch = headers.get("if-none-match");
  if (ifMatch !== null && !listsTag(ifMatch, etag)) return { status: "failed", range: null };
  // A weak tag names the same bytes too: that is enough to not send them, but not to join parts of them.
  if (ifNoneMatch !== null && listsTag(ifNoneMatch.replaceAll("W/", ""), etag)) {
    return { status: "not-modified", range: null };
  }
  const ifRange = headers.get("if-range");
  const isSame = ifRange === null || ifRange.trim() === etag;
  const range = headers.get("range")?.trim() ?? "";
  return { status: "proceed", range: isSame && ONE_RANGE.test(range) ? range : null };
}

/** A tag of ours is hexadecimal, so that a list of tags can be cut at its commas. */
function listsTag(list: string, etag: string): boolean {
  return list.split(",").some((tag) => tag.trim() === etag || tag.trim() === "*");
}
