import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

import { type Artifact, isFinished, ProblemError, type Render, toProblem } from "@framewright/contract";

import { ClientError, localFault } from "./client-error.ts";
import type { Transport } from "./transport.ts";

const OPEN_TIMEOUT_MS = 30_000;
/** Without a byte for this long the download has failed. */
const STALL_MS = 30_000;

function artifactOf(render: Render): Artifact {
  if (render.artifact) return render.artifact;
  const code = isFinished(render.state) ? "artifact-missing" : "artifact-not-ready";
  const error = new ProblemError(code, `The render is ${render.state}.`);
  throw new ClientError(toProblem(error));
}

/** Passes the chunks on, and fails unless they are exactly the artifact. */
async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  artifact: Artifact,
): AsyncGenerator<Uint8Array, void, void> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > artifact.bytes) break;
    hash.update(chunk);
    yield chunk;
  }
  if (bytes !== artifact.bytes) {
    throw localFault("download-corrupt", `Got ${bytes} bytes or more instead of ${artifact.bytes}.`);
  }
  if (hash.digest("hex") !== artifact.sha256.toLowerCase()) {
    throw localFault("download-corrupt", "The SHA-256 of the file differs from the artifact's.");
  }
}

/**
 * Downloads a succeeded render's artifact to `file`, whose folder must exist. The file appears whole or not
 * at all; one that was there is replaced.
 */
export async function downloadArtifact(
  transport: Transport,
  render: Render,
  file: string,
  signal?: AbortSignal,
): Promise<Artifact> {
  const artifact = artifactOf(render);
  const aside = `${file}.${randomUUID().slice(0, 8)}.part`;
  const request = {
    method: "GET",
    path: `v1/renders/${encodeURIComponent(render.id)}/artifact`,
    timeoutMs: OPEN_TIMEOUT_MS,
    signal,
  } as const;
  try {
    const chunks = transport.stream(request, STALL_MS);
    await pipeline(checked(chunks, artifact), createWriteStream(aside, { flags: "wx", flush: true }));
    await rename(aside, file);
    return artifact;
  } finally {
    await rm(aside, { force: true });
  }
}
