import type { IncomingMessage, ServerResponse } from "node:http";

import type { MediaRequest, MediaResponse } from "@framewright/engine";

/** Gives pictures of the videos that a page plays. */
export interface MediaPort {
  serves(url: URL): boolean;
  answer(request: MediaRequest): Promise<MediaResponse>;
}

/** A file that only the page has may be as large. */
const MAX_BODY_BYTES = 512 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Answers what the page runtime asks of a video. Frames of any origin may be part of the composition. */
export async function answerMedia(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  media: MediaPort,
): Promise<void> {
  const shared = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type" };
  if (request.method === "OPTIONS") {
    response.writeHead(204, shared).end();
    return;
  }
  const type = request.headers["content-type"] ?? "";
  const body = (): Promise<Buffer | null> => bodyOf(request);
  const answer = await media.answer({ method: request.method ?? "GET", url, type, body });
  const isPicture = answer.type.startsWith("image/");
  response.writeHead(answer.status, {
    ...shared,
    "Content-Type": answer.type,
    "Content-Length": Buffer.byteLength(answer.body),
    // A picture's address never stands for another one.
    "Cache-Control": isPicture && answer.status === 200 ? "max-age=86400, immutable" : "no-store",
  });
  response.end(answer.body);
}
