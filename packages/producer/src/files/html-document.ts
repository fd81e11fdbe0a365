import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

import { declaredCharset } from "./charset.ts";
import type { ContainedFile } from "./containment.ts";
import { HEAD_SEARCH_BYTES, headOffset, isUtf16 } from "./inject-head.ts";
import { answerPlain } from "./plain-answer.ts";

/** What goes into every document's head, with a name for it in entity tags. */
export interface HeadMarkup {
  readonly bytes: Buffer;
  readonly tag: string;
}

export function prepareHead(headHtml: string): HeadMarkup {
  return {
    bytes: Buffer.from(headHtml),
    tag: createHash("sha256").update(headHtml).digest("hex").slice(0, 16),
  };
}

/** Where the browser makes a document of the answer. Scripts that fetch HTML get the author's own bytes. */
const DOCUMENT_DESTINATIONS = new Set(["document", "iframe", "frame", "embed", "object"]);

/** Whether a request's answer becomes a document. Clients that do not say (not browsers) are given one. */
export function wantsDocument(request: IncomingMessage): boolean {
  const destination = request.headers["sec-fetch-dest"];
  return destination === undefined || DOCUMENT_DESTINATIONS.has(destination);
}

/**
 * Answers with an HTML file and the markup in its head, always whole: ranges would cut across the insertion.
 * It is told to be in the encoding that it declares, and in UTF-8 where it declares none.
 * A document in UTF-16 is refused with 415, since ASCII markup would be read as other characters.
 */
export async function answerDocument(
  request: IncomingMessage,
  response: ServerResponse,
  { handle, stats }: ContainedFile,
  head: HeadMarkup,
): Promise<void> {
  const searched = Buffer.alloc(Math.min(stats.size, HEAD_SEARCH_BYTES));
  const { bytesRead } = await handle.read(searched, 0, searched.length, 0);
  const start = searched.subarray(0, bytesRead);
  if (isUtf16(start)) return answerPlain(response, 415, "The document is in UTF-16: save it as UTF-8.");

  const charset = declaredCharset(start);
  if (charset !== undefined) response.setHeader("Content-Type", `text/html; charset=${charset}`);
  const etag = `"${head.tag}-${stats.size.toString(16)}-${stats.mtimeMs.toString(16)}"`;
  response.setHeader("ETag", etag);
  if (namesTag(request.headers["if-none-match"], etag)) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { "Content-Length": stats.size + head.bytes.length });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const at = headOffset(start);
  response.write(Buffer.concat([start.subarray(0, at), head.bytes, start.subarray(at)]));
  if (bytesRead < stats.size) await pipeline(handle.createReadStream({ start: bytesRead }), response);
  else response.end();
}

function namesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
