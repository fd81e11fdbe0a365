import { once } from "node:events";
import { connect, type Socket } from "node:net";

export function connectTo(url: string): Socket {
  const { port, hostname } = new URL(url);
  return connect(Number(port), hostname).on("error", () => undefined);
}

/** Milliseconds until each of the sockets has been closed by the other side. */
export async function closedAfterMs(sockets: readonly Socket[], timeoutMs: number): Promise<number[]> {
  const startedAt = performance.now();
  return Promise.all(
    sockets.map(async (socket) => {
      // The end is only seen by who reads.
      socket.resume();
      if (!socket.closed) await once(socket, "close", { signal: AbortSignal.timeout(timeoutMs) });
      return performance.now() - startedAt;
    }),
  );
}

/** Connections that send half a request's head, or nothing at all, and then wait. */
export async function openHalfRequests(url: string, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connectTo(url));
  await Promise.all(sockets.map((socket) => once(socket, "connect", { signal: AbortSignal.timeout(5_000) })));
  for (const socket of sockets.filter((_, index) => index % 2 === 0)) {
    socket.write("GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow:");
  }
  return sockets;
}
