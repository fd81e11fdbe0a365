import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";

import { bareHost } from "./allowed-hosts.ts";
import type { Destination, Dial } from "./egress.ts";

const ESTABLISHED = "HTTP/1.1 200 Connection Established\r\n\r\n";

/** Answers CONNECT: joins the client with its destination, byte for byte, until either hangs up. */
export async function tunnel(
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  dial: Dial,
): Promise<void> {
  // Node detaches its own listener before it hands the socket over.
  client.on("error", () => client.destroy());
  const destination = parseAuthority(request.url ?? "");
  if (destination === undefined) return refuse(client, "400 Bad Request", "CONNECT takes host:port.");
  const dialled = await dial(destination, client);
  if (!dialled.ok)
    return refuse(client, dialled.status === 403 ? "403 Forbidden" : "502 Bad Gateway", dialled.reason);
  const { socket } = dialled;
  client.write(ESTABLISHED);
  if (head.length > 0) socket.write(head);
  try {
    await Promise.all([pipeline(client, socket), pipeline(socket, client)]);
  } catch {
    // Either side hung up or fell silent, which is how a tunnel ends; the other one learns of it below.
  } finally {
    client.destroy();
    socket.destroy();
  }
}

/** Lets somebody here answer in the destination's place, on the client's own connection. */
export function acceptTunnel(client: Duplex, head: Buffer, take: () => void): void {
  client.on("error", () => client.destroy());
  client.write(ESTABLISHED);
  if (head.length > 0) client.unshift(head);
  take();
}

/** The destination that a CONNECT names. */
export function parseAuthority(authority: string): Destination | undefined {
  const { name, port } = /^(?<name>\[[^\]]+\]|[^\s:/?#@\\]+):(?<port>\d{1,5})$/.exec(authority)?.groups ?? {};
  // The URL parser spells odd notations of an IPv4 address (hexadecimal, octal, one number) in the dotted form.
  const hostname = name === undefined ? undefined : URL.parse(`http://${name}`)?.hostname;
  if (hostname === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { host: bareHost(hostname), port: Number(port), target: authority };
}

function refuse(client: Duplex, status: string, reason: string): void {
  const body = `${reason}\n`;
  const head = [
    `HTTP/1.1 ${status}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  client.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => client.destroy());
}
