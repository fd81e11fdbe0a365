/** Each run gives its blobs other names: without them, what is told is the same in each. */
export function stableText(text: string): string {
  return text.replace(/(blob:[^\s"')]*\/)[\da-f]{8}-[\da-f-]{27}/g, "$1…");
}
