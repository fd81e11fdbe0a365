import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";

import { inject } from "vitest";

/** A way over TCP to a database of the tests' server, which can be harmed. */
export interface Proxied extends AsyncDisposable {
  readonly url: string;
  /** Nothing that was sent arrives any more, and nobody is told. */
  silence(): void;
}

/** Opens a way to a database; `lets` says of each connection, from the first on, whether it is made. */
export async function openProxied(
  databaseUrl: string,
  lets: (connection: number) => boolean = () => true,
): Promise<Proxied> {
  const path = join(inject("postgresSocketDir"), ".s.PGSQL.5432");
  const sockets = new Set<Socket>();
  let connections = 0;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    connections += 1;
    const far = connect(path);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
    // An outage is one for all.
    if (!lets(connections)) cut();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `postgres://framewright@127.0.0.1:${port}${new URL(databaseUrl).pathname}`,
    silence: () => {
      for (const socket of sockets) socket.pause();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
    },
  };
}
