import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly atMs: number;
}

type Answer = (request: Received, response: ServerResponse) => void;

async function read(request: IncomingMessage): Promise<Received> {
  const atMs = performance.now();
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return { path: request.url ?? "", headers: request.headers, body: Buffer.concat(parts).toString(), atMs };
}

/** A real receiver on a free port of one address of this machine; ends with its scope. */
export async function startReceiver(answer: Answer, address = "127.0.0.1") {
  const received: Received[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    read(request).then(
      (whole) => {
        received.push(whole);
        answer(whole, response);
      },
      () => response.destroy(),
    );
  });
  server.on("connection", () => (connections += 1));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
