import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { asDiskFull } from "@framewright/engine";

export interface StoredUpload {
  readonly path: string;
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string;
}

/** Writes an uploaded part to a new file, and hashes it on the way. */
export async function storeUpload(part: Readable, path: string): Promise<StoredUpload> {
  const hash = createHash("sha256");
  async function* hashed(source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await pipeline(part, hashed, createWriteStream(path, { flags: "wx" }));
  } catch (error) {
    throw asDiskFull(error);
  }
  return { path, sha256: hash.digest("hex") };
}
