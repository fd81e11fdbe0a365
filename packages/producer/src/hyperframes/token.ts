import { createHmac, timingSafeEqual } from "node:crypto";

/** Tokens that name a render and cannot be guessed from its id. */
export interface OutputTokens {
  issue(renderId: string): string;
  /** The render's id, or null when the token is not one of ours. */
  read(token: string): string | null;
}

/** Tokens carry their own proof, so that none has to be kept. They live as long as `secret`. */
export function createOutputTokens(secret: Uint8Array): OutputTokens {
  const sign = (renderId: string) => createHmac("sha256", secret).update(renderId).digest();
  return {
    issue: (renderId) => `${renderId}.${sign(renderId).toString("base64url")}`,
    read(token) {
      const dot = token.lastIndexOf(".");
      const renderId = token.slice(0, Math.max(dot, 0));
      const proof = Buffer.from(token.slice(dot + 1), "base64url");
      const expected = sign(renderId);
      return proof.length === expected.length && timingSafeEqual(proof, expected) ? renderId : null;
    },
  };
}
