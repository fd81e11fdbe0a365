import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

import type { Stored } from "./port.ts";

const CHUNK_BYTES = 256 * 1024;

/** Size and SHA-256 of a file. Throws the system's error, or the signal's reason. */
export async function hashFile(file: string, signal: AbortSignal): Promise<Stored> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const data of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    signal.throwIfAborted();
    const chunk: Buffer = data;
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}
