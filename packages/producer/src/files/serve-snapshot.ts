import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { realpath } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import type { Socket } from "node:net";

import { ProblemError } from "@framewright/contract";

import { type AllowsHost, bareHost, parseAllowedHosts } from "./allowed-hosts.ts";
import { answerLibrary } from "./answer-library.ts";
import { codeOf, createDial, type Dial } from "./egress.ts";
import { createEgressRecord, type EgressRecord, type RefusedRequest } from "./egress-record.ts";
import { forward } from "./forward.ts";
import { prepareHead } from "./html-document.ts";
import { answerMedia, type MediaPort } from "./answer-media.ts";
import type { LibraryPort } from "./library-port.ts";
import { type PageKey, pageKey } from "./page-key.ts";
import { answerPlain } from "./plain-answer.ts";
import { isPublicAddress } from "./public-address.ts";
import { answerFile, type SnapshotSite } from "./snapshot-file.ts";
import { acceptTunnel, parseAuthority, tunnel } from "./tunnel.ts";

/** The page's origin, whatever the port: the browser reaches it through the proxy, so every run sees the same. */
export const SNAPSHOT_ORIGIN = "http://composition.localhost";

export interface SnapshotServerOptions {
  /** Absolute path of the snapshot's folder. */
  readonly root: string;
  /** Markup in ASCII, inserted at the start of every HTML document's head. */
  readonly headHtml: string;
  /** Hosts that the page may contact: `cdn.example.com`, `*.example.com`, either with `:port`. */
  readonly allowedHosts: readonly string[];
  /** What answers hosts of libraries, but for those that the page may contact. (Default: nothing does.) */
  readonly libraries?: LibraryPort;
  /** What gives pictures of videos. (Default: nothing does.) */
  readonly media?: MediaPort;
  /** All addresses of a name. (Default: the system's resolver.) */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** For tests only, which have no public host: which addresses may be connected to. (Default: public ones.) */
  readonly isPublicAddress?: (address: string) => boolean;
  /** On 127.0.0.1. (Default: 0, any free port.) */
  readonly port?: number;
  /** For looking a name up, and again for connecting. (Default: 10 000.) */
  readonly connectTimeoutMs?: number;
  /** How long a connection to a host may be silent in both directions. (Default: 120 000.) */
  readonly idleTimeoutMs?: number;
}

export interface SnapshotServer {
  readonly port: number;
  /** Of the key that answers https in the place of hosts of libraries: SHA-256 in base64, for the browser to trust. */
  readonly keyFingerprint: string;
  /** Hosts that the page contacted or tried to, sorted. At most 500. */
  readonly hosts: () => string[];
  /** Requests that were not let out or not delivered, the first 50. */
  readonly refused: () => RefusedRequest[];
  /** Destroys every connection, tunnels too, and frees the port. Idempotent. */
  readonly close: () => Promise<void>;
}

/**
 * Serves one snapshot to its browser, and is the browser's proxy: the only way out of the page.
 * Throws ProblemError when the folder cannot be read or the port cannot be taken.
 */
export async function startSnapshotServer(options: SnapshotServerOptions): Promise<SnapshotServer> {
  const record = createEgressRecord();
  const allows = parseAllowedHosts(options.allowedHosts);
  const dial = createDial({
    allows,
    resolve: options.resolve ?? systemAddresses,
    isPublicAddress: options.isPublicAddress ?? isPublicAddress,
    record,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 120_000,
  });
  const root = await realpath(options.root).catch((cause: unknown) => {
    throw new ProblemError("internal", "The composition's snapshot cannot be read.", { cause });
  });
  const site = { root, head: prepareHead(options.headHtml) };
  const key = await pageKey();
  const server = createProxy(
    { site, dial, libraryAt: libraryLookup(options.libraries, allows), media: options.media },
    record,
    key,
  );
  const sockets = trackSockets(server);
  const port = await listen(server, options.port ?? 0);
  return {
    port,
    keyFingerprint: key.fingerprint,
    hosts: () => record.hosts(),
    refused: () => record.refused(),
    async close() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** What answers a host in its place; undefined for one that is none of libraries, or that the operator lets pages contact. */
type LibraryLookup = (host: string, port: number) => LibraryPort | undefined;

function libraryLookup(libraries: LibraryPort | undefined, allows: AllowsHost): LibraryLookup {
  return (host, port) => (libraries?.serves(host) && !allows(host, port) ? libraries : undefined);
}

interface Answering {
  readonly site: SnapshotSite;
  readonly dial: Dial;
  readonly libraryAt: LibraryLookup;
  readonly media: MediaPort | undefined;
}

const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  // Browsers reuse a connection at any time; closing early races with that.
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 2_000,
};

function createProxy(answering: Answering, record: EgressRecord, key: PageKey): Server {
  const server = createServer(LIMITS, (request, response) => {
    answer(request, response, answering).catch(() => giveUp(response));
  });
  const secure = createLibraryServer(answering, key);
  server.on("connect", (request, client, head) => {
    const { host, port } = parseAuthority(request.url ?? "") ?? { host: "", port: 0 };
    if (answering.libraryAt(host, port)) acceptTunnel(client, head, () => secure.emit("connection", client));
    else tunnel(request, client, head, answering.dial).catch(() => client.destroy());
  });
  // Far above the 32 connections that Chromium opens to one proxy.
  server.maxConnections = 256;
  const note = (reason: string): void =>
    record.addRefusal({ target: "connection", why: "unreachable", reason });
  // Such as having no descriptor left to accept with: the server lives on.
  server.on("error", (error) => note(codeOf(error)));
  server.on("drop", () => note("Too many connections at once."));
  return server;
}

/** Answers https in the place of hosts of libraries, on connections that the proxy hands over. It listens nowhere. */
function createLibraryServer({ libraryAt }: Answering, { key, cert }: PageKey): SecureServer {
  return createSecureServer({ ...LIMITS, key, cert }, (request, response) => {
    const url = URL.parse(request.url ?? "/", `https://${request.headers.host ?? ""}`);
    const libraries = url && libraryAt(bareHost(url.hostname), Number(url.port || 443));
    if (!libraries) return answerPlain(response, 421, "This host is not answered here.");
    answerLibrary(request, response, url, libraries).catch(() => giveUp(response));
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { site, dial, libraryAt, media }: Answering,
): Promise<void> {
  const url = requestedUrl(request);
  if (url === undefined) return answerPlain(response, 421, `This server knows ${SNAPSHOT_ORIGIN} only.`);
  if (url.origin === SNAPSHOT_ORIGIN && media?.serves(url)) return answerMedia(request, response, url, media);
  if (url.origin === SNAPSHOT_ORIGIN) return answerFile(request, response, url, site);
  if (url.protocol !== "http:")
    return answerPlain(response, 400, "Only http addresses are served; https goes through CONNECT.");
  const libraries = libraryAt(bareHost(url.hostname), Number(url.port || 80));
  if (libraries) return answerLibrary(request, response, url, libraries);
  return forward(request, response, url, dial);
}

const OWN_HOSTS = new Set(["127.0.0.1", "localhost", new URL(SNAPSHOT_ORIGIN).hostname]);

/** The URL that a request asks for: in full when the client takes this for a proxy, else a path of the snapshot. */
function requestedUrl(request: IncomingMessage): URL | undefined {
  const asked = request.url ?? "";
  if (!asked.startsWith("/")) return URL.parse(asked) ?? undefined;
  const host = URL.parse(`http://${request.headers.host ?? ""}`)?.hostname ?? "";
  return OWN_HOSTS.has(host) ? (URL.parse(`${SNAPSHOT_ORIGIN}${asked}`) ?? undefined) : undefined;
}

/** Ends an answer that failed: the client hung up, or the disk did not deliver. */
function giveUp(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) response.destroy();
  else answerPlain(response, 500, "The file could not be read.");
}

function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (cause) {
    throw new ProblemError("internal", "The snapshot's server could not start.", { cause });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

async function systemAddresses(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
