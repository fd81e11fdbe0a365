import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { ProblemError } from "@framewright/contract";

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
    if (isDiskFull(error)) {
      throw new ProblemError("disk-full", "There is no room for the upload.", { cause: error });
    }
    throw error;
  }
  return { path, sha256: hash.digest("hex") };
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
