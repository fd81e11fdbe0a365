import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { getRequestListener, RequestError } from "@hono/node-server";
import { ProblemError } from "@framewright/contract";

import { problemResponse } from "./problem-response.ts";

export interface ServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
}

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  /** Takes no more connections, gives open requests `graceMs` to end, then cuts them. Idempotent. */
  close(graceMs: number): Promise<void>;
}

/** A head takes one round trip; more is a stuck or hostile client. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How often overdue heads are looked for. */
const CHECK_INTERVAL_MS = 1_000;
/** Longer than the idle time of common proxies (60 s), which must be the first to close. */
const KEEP_ALIVE_MS = 65_000;
/**
 * How long a client may leave an answer unread. Node looks twice when the system has still taken a part at the first
 * look, so that the connection is cut within a minute.
 */
const WRITE_STALL_MS = 30_000;

/** How soon a connection that has fallen idle is closed at the end. */
const IDLE_CHECK_MS = 50;

/** Starts the API's server. Rejects with the system's error when it cannot listen. */
export async function startServer({ fetch, host, port }: ServerOptions): Promise<RunningServer> {
  const listener = getRequestListener((request) => fetch(request), {
    overrideGlobalObjects: false,
    errorHandler: answerEarly,
  });
  const options = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    // An upload or a blocking render may take long: bodies have their own limits of size, pause and time.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  };
  const server = createServer(options, (request, response) => {
    cutStalledReader(response);
    void listener(request, response);
  });
  await listen(server, host, port);
  const { port: taken } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    port: taken,
    url: `http://${urlHost(host)}:${taken}`,
    close: (graceMs) => (closing ??= closeServer(server, graceMs)),
  };
}

/** What fails before a route is known: mostly a malformed host or path. */
function answerEarly(error: unknown): Response {
  if (!(error instanceof RequestError)) return problemResponse(error, "unknown");
  return problemResponse(
    new ProblemError("invalid-request", "The request's host or path is malformed."),
    "unknown",
  );
}

function cutStalledReader(response: ServerResponse): void {
  response.setTimeout(WRITE_STALL_MS, () => {
    if (response.socket && response.socket.writableLength > 0) response.socket.destroy();
  });
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function urlHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that is kept alive falls idle once its last answer is sent.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const overdue = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(overdue);
}
