import { connect } from "node:net";

const CLIENTS = 20;
/** What the service has not cut by then, we leave. */
const LEAVE_MS = 70_000;

/** Opens connections that begin a request and never end it. Whoever holds them is not kept alive by them. */
export function openSlowClients(urls: readonly string[]): void {
  for (const url of urls) {
    const { hostname, port } = new URL(url);
    for (let i = 0; i < CLIENTS; i++) {
      const socket = connect(Number(port), hostname).unref();
      // Being cut off is what is expected.
      socket.on("error", () => socket.destroy());
      socket.write("POST /v1/renders HTTP/1.1\r\nhost: localhost\r\ncontent-le");
      setTimeout(() => socket.destroy(), LEAVE_MS).unref();
    }
  }
}
