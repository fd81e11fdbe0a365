import { basename, dirname } from "node:path";
import { Readable } from "node:stream";

import { send, type SendResult } from "@fastify/send";
import { ProblemError } from "@framewright/contract";

import type { StoredArtifact } from "../renders/port.ts";
import { evaluateConditions } from "../store/conditions.ts";
import { contentDisposition } from "../store/content-disposition.ts";

export interface ArtifactRequest {
  readonly method: string;
  readonly headers: Headers;
}

/**
 * Answers GET or HEAD for a finished file, in a range and under conditions if the request asks so.
 * The file is closed when the body was read or cancelled. Throws `artifact-expired` when it is gone.
 */
export async function serveArtifact(
  request: ArtifactRequest,
  artifact: StoredArtifact,
  { download }: { readonly download: boolean },
): Promise<Response> {
  const etag = `"${artifact.sha256}"`;
  const headers = new Headers({
    ETag: etag,
    "Accept-Ranges": "bytes",
    // Private: the next caller may not be allowed to see it. Kept, but asked for again: it may have expired.
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
  });
  const { status, range } = evaluateConditions(request.headers, etag);
  if (status === "failed") return new Response(null, { status: 412, headers });
  if (status === "not-modified") return new Response(null, { status: 304, headers });

  const result = await openRange(request.method, artifact.path, range);
  if (result.statusCode !== 416) {
    headers.set("Content-Type", artifact.contentType);
    headers.set("Content-Length", String(result.headers["Content-Length"]));
    headers.set(
      "Content-Disposition",
      contentDisposition(download ? "attachment" : "inline", artifact.filename),
    );
  }
  const contentRange = result.headers["Content-Range"];
  if (contentRange !== undefined) headers.set("Content-Range", contentRange);
  // Cancelling the web stream destroys the file's stream, and so closes the file.
  const hasBody = result.type === "file" && request.method !== "HEAD";
  if (!hasBody) result.stream.destroy();
  return new Response(hasBody ? Readable.toWeb(result.stream) : null, { status: result.statusCode, headers });
}

const SUFFIX = /^bytes=-0*[1-9]/i;

/** Opens what the range asks for: 200, 206, or 416. */
async function openRange(method: string, path: string, range: string | null): Promise<SendResult> {
  const request = asSendRequest({ method, headers: range === null ? {} : { range } });
  const result = await send(request, encodeURIComponent(basename(path)), {
    root: dirname(path),
    dotfiles: "allow",
    index: false,
    etag: false,
    lastModified: false,
    cacheControl: false,
    contentType: false,
  });
  if (result.type === "file") return result;
  result.stream.destroy();
  if (result.statusCode === 416) {
    // More last bytes than there are means all of them (RFC 9110, section 14.1.2), which `send` does not know.
    return range !== null && SUFFIX.test(range) ? openRange(method, path, null) : result;
  }
  if (result.statusCode === 404) {
    throw new ProblemError("artifact-expired", "The file is no longer stored.");
  }
  const cause = result.type === "error" ? result.metadata.error : `status ${result.statusCode}`;
  throw new ProblemError("internal", "The file could not be opened.", { cause });
}

/** `send` reads nothing of a request but its method and headers, though its type asks for a stream. */
function asSendRequest(request: { method: string; headers: Record<string, string> }): Readable {
  return request as unknown as Readable;
}
