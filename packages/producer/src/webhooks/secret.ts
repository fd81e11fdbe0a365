const SECRET = /^whsec_(?<base64>[A-Za-z\d+/]+={0,2})$/;
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** Reads a secret as Standard Webhooks writes it: `whsec_` and the bytes in base64. Null when it is none. */
export function parseSecret(text: string): Uint8Array | null {
  const { base64 } = SECRET.exec(text)?.groups ?? {};
  if (base64 === undefined) return null;
  const bytes = Buffer.from(base64, "base64");
  return bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES ? bytes : null;
}
