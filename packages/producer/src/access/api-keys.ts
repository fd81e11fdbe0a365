import { hash, timingSafeEqual } from "node:crypto";

/** A key that is let in, as its SHA-256. */
export interface ApiKey {
  readonly tenant: string;
  readonly sha256: Uint8Array;
}

const ENTRY = /^(?<tenant>[a-z\d-]{1,40}):(?<digest>[\da-fA-F]{64})$/;

/** Reads `tenant:sha256-hex-of-the-key`. Null when it is not that. */
export function parseApiKey(entry: string): ApiKey | null {
  const { tenant, digest } = ENTRY.exec(entry)?.groups ?? {};
  if (tenant === undefined || digest === undefined) return null;
  return { tenant, sha256: Buffer.from(digest, "hex") };
}

/**
 * The tenant that a key belongs to; null when it is none of them. Every entry is compared, in constant time,
 * so that the time that it takes tells nothing.
 */
export function findTenant(keys: readonly ApiKey[], given: string): string | null {
  const digest = hash("sha256", given, "buffer");
  let tenant: string | null = null;
  for (const key of keys) {
    if (timingSafeEqual(key.sha256, digest)) tenant = key.tenant;
  }
  return tenant;
}
