/** Content-Disposition for a file name (RFC 6266), with an ASCII form for clients that know no other. */
export function contentDisposition(type: "attachment" | "inline", filename: string): string {
  // No client may take the name for a path, or a part of the header for something else.
  const name = filename.toWellFormed().replaceAll(/[\p{Cc}/\\]/gu, "_");
  const ascii = name.replaceAll(/[^ -~]/gu, "_").replaceAll('"', "_");
  const plain = `${type}; filename="${ascii}"`;
  return ascii === name ? plain : `${plain}; filename*=UTF-8''${encodeExtended(name)}`;
}

/** Percent-encodes what RFC 5987 does not allow; encodeURIComponent leaves a few characters too many. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
