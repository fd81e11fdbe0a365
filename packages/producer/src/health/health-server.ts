import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

import type { Problem, Readiness } from "@framewright/contract";

import { type Pulse, readHealth } from "./pulse.ts";
import { type Limits, readLiveness, readReadiness, readStartup } from "./readiness.ts";
import { readMetrics } from "./thread-metrics.ts";

export interface HealthServerOptions extends Limits {
  readonly pulse: Pulse;
}

interface Answer {
  readonly status: number;
  /** An object is sent as JSON. */
  readonly body: object | string;
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
  if (!read)
    return problem(404, "not-found", "There is nothing here", "This port serves probes and metrics only.");
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
  ["/readyz", ({ pulse, lagLimitMs }) => readyAnswer(readReadiness(pulse, lagLimitMs))],
  ["/startupz", ({ pulse, lagLimitMs }) => readyAnswer(readStartup(pulse, lagLimitMs))],
  ["/metrics", metrics],
]);

function live({ pulse, deadAfterMs }: HealthServerOptions): Answer {
  const body = readLiveness(pulse, deadAfterMs);
  return { status: body.status === "ok" ? 200 : 503, body };
}

function readyAnswer(body: Readiness): Answer {
  return { status: body.ready ? 200 : 503, body };
}

function metrics({ pulse, ...limits }: HealthServerOptions): Answer {
  const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
  return { status: 200, body: readMetrics(pulse, limits), headers };
}

/** Written out, because the catalogue's package would bring a schema library into the thread. */
function problem(status: number, code: Problem["code"], title: string, detail: string): Answer {
  const body: Problem = {
    type: `urn:framewright:problem:${code}`,
    code,
    title,
    status,
    detail,
    remedy: "Send GET to /health, /livez, /readyz, /startupz or /metrics.",
    retryable: false,
    owner: "caller",
  };
  return { status, body, headers: { "content-type": "application/problem+json" } };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const payload = typeof body === "string" ? body : JSON.stringify(body);
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
