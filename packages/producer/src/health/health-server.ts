import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

import type { Problem } from "@framewright/contract";

import { type Pulse, readHealth } from "./pulse.ts";
import { describeCause, readReadiness } from "./readiness.ts";

export interface HealthServerOptions {
  readonly pulse: Pulse;
  /** /readyz fails while the main loop is later than this. */
  readonly lagLimitMs: number;
  /** /livez fails once the main loop has not turned for this long. */
  readonly deadAfterMs: number;
}

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A probe sends its headers at once: whoever takes longer is cut, within five seconds with the interval. */
const HEADERS_TIMEOUT_MS = 4000;
const CHECK_INTERVAL_MS = 500;

/** Far above what probes need, far below the limit of open files. */
const MAX_CONNECTIONS = 256;

/** The server of the health thread: answers from shared memory alone, and touches nothing that could block. */
export function createHealthServer(options: HealthServerOptions): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    (request, response) => send(response, answer(request, options)),
  );
  boundConnections(server);
  return server;
}

/** Makes room by dropping the oldest connection: a limit that refuses the newest would refuse the probes. */
function boundConnections(server: Server): void {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    if (open.size <= MAX_CONNECTIONS) return;
    for (const oldest of open) {
      oldest.destroy();
      open.delete(oldest);
      break;
    }
  });
}

function answer(request: IncomingMessage, options: HealthServerOptions): Answer {
  const read = ANSWERS.get(pathOf(request));
  if (!read) return problem(404, "not-found", "There is nothing here", "This port serves the probes only.");
  if (request.method === "GET" || request.method === "HEAD") return read(options);
  return {
    ...problem(405, "method-not-allowed", "The method is not allowed here", "Probes take GET and HEAD."),
    headers: { allow: "GET, HEAD" },
  };
}

function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? url;
}

const ANSWERS = new Map<string, (options: HealthServerOptions) => Answer>([
  ["/health", ({ pulse }) => ({ status: 200, body: readHealth(pulse, "worker") })],
  ["/livez", live],
  ["/readyz", ready],
]);

function live({ pulse, deadAfterMs }: HealthServerOptions): Answer {
  const body = readHealth(pulse, "worker");
  if (body.mainLoop.heartbeatAgeMs <= deadAfterMs) return { status: 200, body };
  return { status: 503, body: { ready: false, causes: [describeCause("main-loop-dead")] } };
}

function ready({ pulse, lagLimitMs }: HealthServerOptions): Answer {
  const body = readReadiness(pulse, lagLimitMs);
  return { status: body.ready ? 200 : 503, body };
}

/** Written out, because the catalogue's package would bring a schema library into the thread. */
function problem(status: number, code: Problem["code"], title: string, detail: string): Answer {
  const body: Problem = {
    type: `urn:framewright:problem:${code}`,
    code,
    title,
    status,
    detail,
    remedy: "Send GET to /health, /livez or /readyz.",
    retryable: false,
    owner: "caller",
  };
  return { status, body, headers: { "content-type": "application/problem+json" } };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const payload = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(payload),
    "cache-control": "no-store",
    // A probe comes on a connection of its own; one kept alive would only take room and delay closing.
    connection: "close",
    ...headers,
  });
  response.end(payload);
}
