import type { IncomingMessage, ServerResponse } from "node:http";

import type { LibraryPort } from "./library-port.ts";
import { contentTypeOf } from "./mime.ts";
import { answerPlain } from "./plain-answer.ts";

/** As CDNs answer: for any page, whatever it asks by. */
const SHARED = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD",
  "Access-Control-Allow-Headers": "*",
  "Access-Control-Expose-Headers": "*",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Timing-Allow-Origin": "*",
};

/** Requests whose answer is run: scripts, modules, workers. */
const SCRIPT_DESTINATIONS = new Set(["script", "worker", "sharedworker", "serviceworker"]);

/** Answers a request to a host of libraries. */
export async function answerLibrary(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  libraries: LibraryPort,
): Promise<void> {
  if (request.method === "OPTIONS") {
    response.writeHead(204, SHARED).end();
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD")
    return answerPlain(response, 405, "Libraries can only be read.", { ...SHARED, Allow: "GET, HEAD" });
  const isScript = SCRIPT_DESTINATIONS.has(String(request.headers["sec-fetch-dest"]));
  const answer = await libraries.resolve({ url, isScript });
  if (!answer.ok) return answerPlain(response, answer.status, answer.reason, SHARED);
  response.writeHead(200, {
    ...SHARED,
    "Content-Type": contentTypeOf(answer.filename),
    "Content-Length": answer.bytes.length,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
  });
  response.end(request.method === "HEAD" ? undefined : answer.bytes);
}
