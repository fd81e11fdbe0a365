import { createHash } from "node:crypto";

/** The SHA-512 of bytes, as `integrity` attributes have it. */
export function integrityOf(bytes: Uint8Array): string {
  return `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}

/** The hash in hex, for names of files; null for what is no SHA-512. */
export function hashOf(integrity: string): string | null {
  const [, base64] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity) ?? [];
  return base64 === undefined ? null : Buffer.from(base64, "base64").toString("hex");
}
