import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Transform } from "node:stream";

/** What becomes of a request: let through, also late, answered with a failure, broken off, never answered, or with a body that is cut or slow. */
export type Fault =
  | "none"
  | "500"
  | "503"
  | "reset"
  | "stall"
  | { readonly lateMs: number }
  | { readonly cutAfter: number }
  | { slowMs: number };

export interface Seen {
  readonly method: string;
  readonly url: string;
  status: number | null;
}

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  fault: (request: Seen) => Fault;
  /** What is asked for instead: the servers of the tests do not notice. */
  rewrite: (url: string) => string;
  /** The answer to a request for all uploads that are not finished, which no server of the tests has. */
  uploads: string | null;
}

const failure = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;

/** Stands before a server and does to requests what `fault` says. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    const entry: Seen = { method: req.method ?? "", url: req.url ?? "", status: null };
    seen.push(entry);
    req.on("error", () => undefined);
    if (proxy.uploads !== null && req.method === "GET" && /[?&]uploads/.test(entry.url)) {
      res.writeHead(200, { "content-type": "application/xml" }).end(proxy.uploads);
      return;
    }
    apply(proxy.fault(entry), req, res, { target: new URL(proxy.rewrite(entry.url), target), entry });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening", { signal: AbortSignal.timeout(5_000) });
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    fault: () => "none",
    rewrite: (url) => url,
    uploads: null,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close", { signal: AbortSignal.timeout(5_000) });
    },
  };
  return proxy;
}

interface Passage {
  readonly target: URL;
  readonly entry: Seen;
}

function apply(fault: Fault, req: IncomingMessage, res: ServerResponse, passage: Passage): void {
  if (fault === "stall") return void req.resume();
  // In the midst of the request, where it has a body.
  if (fault === "reset") return void setTimeout(() => req.socket.resetAndDestroy(), 5);
  if (fault === "500" || fault === "503") {
    const code = fault === "500" ? "InternalError" : "SlowDown";
    req.resume().on("end", () => {
      passage.entry.status = Number(fault);
      res.writeHead(Number(fault), { "content-type": "application/xml" }).end(failure(code));
    });
    return;
  }
  if (typeof fault === "object" && "lateMs" in fault)
    return void setTimeout(() => pass("none", req, res, passage), fault.lateMs);
  pass(fault, req, res, passage);
}

/** What is done to the body of an answer. */
type Hindrance = Extract<Fault, { cutAfter: number } | { slowMs: number }>;

function pass(
  fault: Hindrance | "none",
  req: IncomingMessage,
  res: ServerResponse,
  { target, entry }: Passage,
): void {
  const { method, headers } = req;
  const onward = request(target, { method, headers }, (answer) => {
    entry.status = answer.statusCode ?? null;
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    const body = fault === "none" ? answer : answer.pipe(hindrance(fault, res));
    body.pipe(res);
  });
  onward.on("error", () => res.destroy());
  res.on("close", () => onward.destroy());
  req.pipe(onward);
}

function hindrance(fault: Hindrance, res: ServerResponse): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if ("slowMs" in fault) setTimeout(() => done(null, chunk), fault.slowMs);
      else if (passed <= fault.cutAfter) done(null, chunk);
      else res.destroy();
    },
  });
}
