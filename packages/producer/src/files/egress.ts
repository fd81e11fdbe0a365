import { connect, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";

import type { AllowsHost } from "./allowed-hosts.ts";
import type { EgressRecord, RefusedRequest } from "./egress-record.ts";

export interface EgressOptions {
  readonly allows: AllowsHost;
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly isPublicAddress: (address: string) => boolean;
  readonly record: EgressRecord;
  /** For looking a name up, and again for connecting. */
  readonly connectTimeoutMs: number;
  /** How long a connection may stay silent in both directions. */
  readonly idleTimeoutMs: number;
}

export interface Destination {
  /** Without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  /** How the request named it, for the record. */
  readonly target: string;
}

export type Dialled =
  | { readonly ok: true; readonly socket: Socket }
  | { readonly ok: false; readonly status: 403 | 502; readonly reason: string };

/** Connects to a destination on behalf of a client, and hangs up when the client does. Never rejects. */
export type Dial = (destination: Destination, client: Duplex) => Promise<Dialled>;

/** The way out: only to allowed hosts whose every address is public, and to no other address than those checked. */
export function createDial(options: EgressOptions): Dial {
  return async (destination, client) => {
    const { host, port, target } = destination;
    options.record.addHost(host);
    const refuse = (why: RefusedRequest["why"], reason: string): Dialled => {
      options.record.addRefusal({ target, why, reason });
      return { ok: false, status: why === "unreachable" ? 502 : 403, reason };
    };
    const notPublic = (): Dialled =>
      refuse(
        "not-public",
        `${host} has an address that is not public; PRODUCER_ALLOWED_HOSTS opens public hosts only.`,
      );
    // Whoever is told to list such a host would be refused all the same.
    const known = knownAddress(host);
    if (known !== null && !options.isPublicAddress(known)) return notPublic();
    if (!options.allows(host, port))
      return refuse("not-allowed", `${host}:${port} is not among the hosts of PRODUCER_ALLOWED_HOSTS.`);
    try {
      const addresses = await lookUp(host, options);
      if (!addresses.every(options.isPublicAddress)) return notPublic();
      return { ok: true, socket: await connectTo(addresses, destination, client, options) };
    } catch (error) {
      return refuse("unreachable", `${host}:${port} could not be reached (${codeOf(error)}).`);
    }
  };
}

/** The address of a host that needs no look-up; null for any other. */
export function knownAddress(host: string): string | null {
  if (isIP(host) !== 0) return host;
  return /(?:^|\.)localhost$/i.test(host) ? "127.0.0.1" : null;
}

async function lookUp(host: string, options: EgressOptions): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("name lookup timed out")), options.connectTimeoutMs);
  try {
    const addresses = await Promise.race([options.resolve(host), late]);
    if (addresses.length === 0) throw new Error("the name has no address");
    return addresses;
  } finally {
    clearTimeout(timer);
  }
}

/** An address is given up for the next one after this long, so that a dead IPv6 route does not cost the whole timeout. */
const NEXT_ADDRESS_AFTER_MS = 2_000;

function connectTo(
  addresses: readonly string[],
  { host, port }: Destination,
  client: Duplex,
  { connectTimeoutMs, idleTimeoutMs }: EgressOptions,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      // The checked addresses: a second look-up could answer with others.
      lookup: (_host, _options, done) =>
        done(
          null,
          addresses.map((address) => ({ address, family: isIP(address) })),
        ),
    });
    const hangUp = () => socket.destroy(new Error("the client hung up"));
    const timer = setTimeout(() => socket.destroy(new Error("connecting timed out")), connectTimeoutMs);
    // Stays for the socket's life: whoever uses it learns of its end, but an error must find a listener at any time.
    socket.on("error", reject);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.setTimeout(idleTimeoutMs, () => socket.destroy(new Error("the connection fell silent")));
      resolve(socket);
    });
    socket.once("close", () => {
      clearTimeout(timer);
      client.off("close", hangUp);
    });
    if (client.destroyed) hangUp();
    else client.once("close", hangUp);
  });
}

/** An error's code, or its text: for network errors, whose text would tell the page an address. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
