import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, createServer as createTcpServer, type Server as TcpServer } from "node:net";

import type { SnapshotServerOptions } from "../../src/files/serve-snapshot.ts";
import { type Fixture, startFixture } from "./snapshot-fixture.ts";

/** What a host of the outside world answers, by path. */
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/file?x=%20": (response) => {
    response.writeHead(200, {
      Connection: "close, X-Hop",
      "X-Hop": "1",
      "X-Kept": "1",
      "Set-Cookie": ["a=1", "b=2"],
    });
    response.end("from outside");
  },
  "/inward": (response) => {
    response.writeHead(302, { Location: "http://10.0.0.1/metadata" }).end();
  },
  "/hangs": () => undefined,
  "/breaks-off": (response) => {
    response.writeHead(200, { "Content-Length": "100" });
    response.write("half");
    setTimeout(() => response.destroy(), 50);
  },
  "/hangs-up": (response) => response.destroy(),
};

interface Arrived {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** A web server of the outside world, and one that sends back what it gets, both on the loopback. */
export async function startOutside() {
  const arrived: Arrived[] = [];
  const web = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      arrived.push({ request, body });
      ANSWERS[request.url ?? ""]?.(response);
    });
  });
  const echo = createTcpServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.pipe(socket);
  });
  const [webPort, echoPort] = await Promise.all([listen(web), listen(echo)]);
  return {
    arrived,
    web,
    echo,
    webPort,
    echoPort,
    close() {
      web.close();
      web.closeAllConnections();
      echo.close();
    },
  };
}

export type Outside = Awaited<ReturnType<typeof startOutside>>;

/** A proxy for which `cdn.test` is a public host that lives on this machine. */
export function startProxy(outside: Outside, options: Partial<SnapshotServerOptions> = {}): Promise<Fixture> {
  return startFixture({
    allowedHosts: [`cdn.test:${outside.webPort}`, `cdn.test:${outside.echoPort}`, "cdn.test:1", "cdn.test"],
    resolve: async () => ["127.0.0.1"],
    isPublicAddress: (address) => address === "127.0.0.1",
    ...options,
  });
}

async function listen(server: Server | TcpServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("not listening");
  return address.port;
}

/** Sends CONNECT by hand and gives what comes back, until the connection ends or `enough`. */
export async function connectThrough(
  port: number,
  authority: string,
  then = "",
  enough = "\r\n\r\n",
): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(10_000, () => socket.destroy(new Error("no answer")));
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n${then}`);
  let received = "";
  for await (const chunk of socket) {
    received += String(chunk);
    if (received.startsWith("HTTP/1.1 200") && received.includes(enough)) break;
  }
  socket.destroy();
  return received;
}

export function openConnections(server: Server | TcpServer): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
