import { request as openRequest } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";

import { bareHost } from "./allowed-hosts.ts";
import { codeOf, type Dial } from "./egress.ts";
import { answerPlain } from "./plain-answer.ts";

/** Passes a plain http request on to its host and streams the answer back. */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  dial: Dial,
): Promise<void> {
  const host = bareHost(url.hostname);
  const target = `${url.origin}${url.pathname}${url.search}`;
  const dialled = await dial({ host, port: Number(url.port || 80), target }, request.socket);
  if (!dialled.ok) return answerPlain(response, dialled.status, dialled.reason);
  try {
    const answer = await exchange(request, url, dialled.socket);
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    await pipeline(answer, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else answerPlain(response, 502, `${url.host} did not answer (${codeOf(error)}).`);
  } finally {
    dialled.socket.destroy();
  }
}

function exchange(request: IncomingMessage, url: URL, socket: Socket): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = openRequest({
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: requestHeaders(request, url),
      createConnection: () => socket,
    });
    outgoing.once("response", resolve);
    outgoing.on("error", reject);
    outgoing.once("close", () => reject(new Error("the connection closed without an answer")));
    pipeline(request, outgoing).catch(reject);
  });
}

function requestHeaders(request: IncomingMessage, url: URL): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = { ...endToEnd(request.headers), host: url.host };
  // A body of unknown length needs framing of its own on the next hop.
  if (request.headers["transfer-encoding"] !== undefined) headers["transfer-encoding"] = "chunked";
  return headers;
}

/** Headers that end at this hop (RFC 9110, 7.6.1), and `expect`, which the server has answered already. */
const HOP_BY_HOP = [
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}
