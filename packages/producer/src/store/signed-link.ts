import { createHmac, timingSafeEqual } from "node:crypto";

/** What a link comes to: `unsigned` carries no signature at all, `invalid` a wrong one. */
export type LinkVerdict = "valid" | "expired" | "invalid" | "unsigned";

/** A path with its expiry and a signature over both, for whoever holds it and nobody else. The path has no query yet. */
export function signLink(path: string, expiresAt: Date, secret: string): string {
  const expires = String(Math.floor(expiresAt.getTime() / 1000));
  const query = new URLSearchParams({
    expires,
    signature: sign(path, expires, secret).toString("base64url"),
  });
  return `${path}?${query.toString()}`;
}

/** Checks a link, in a time that tells nothing of the right signature. What else is in its query is not signed. */
export function checkLink(url: URL, secret: string, now: Date): LinkVerdict {
  const [expires, ...moreExpires] = url.searchParams.getAll("expires");
  const [signature, ...moreSignatures] = url.searchParams.getAll("signature");
  if (signature === undefined) return "unsigned";
  if (expires === undefined || moreExpires.length > 0 || moreSignatures.length > 0) return "invalid";
  const expected = sign(url.pathname, expires, secret);
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "invalid";
  return Number(expires) * 1000 > now.getTime() ? "valid" : "expired";
}

function sign(path: string, expires: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(`${path}\n${expires}`).digest();
}
