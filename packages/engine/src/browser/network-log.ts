import type { Cdp } from "./cdp.ts";
import type { FailedRequest, Seen, StartedWorker } from "./seen.ts";
import { stableText } from "./stable-text.ts";

export interface NetworkLog {
  /** Takes in the failures of a part of the page that has a session of its own. */
  followPart(sessionId: string): void;
  /** Requests without an answer yet, as "request: URL". */
  inFlight(): string[];
  /** How many scripts, style sheets and documents were asked for so far: what a page's own runtime cannot wait for. */
  parts(): number;
  /** Scripts of the page's workers. */
  workers(): readonly StartedWorker[];
  /** Each once. */
  failed(): readonly FailedRequest[];
  /** Status and MIME type of the document itself. */
  document(): { readonly status: number; readonly mimeType: string } | null;
}

export interface NetworkOptions {
  readonly snapshotOrigin: string;
  /** When something is seen that is seen now. */
  readonly stamp: () => Seen;
}

/** Streams stay open by design: waiting for them would wait for ever. */
const ENDLESS_TYPES = new Set(["EventSource", "WebSocket", "Media", "Ping", "Prefetch"]);
const PART_TYPES = new Set(["Script", "Stylesheet", "Document"]);
const MAX_FAILED = 50;
const MAX_WORKERS = 100;
const MAX_URL_LENGTH = 200;

/** The snapshot server answers a request that the egress rules forbid with this status. */
const REFUSED_STATUS = 403;

function shorten(url: string): string {
  return url.length > MAX_URL_LENGTH ? `${url.slice(0, MAX_URL_LENGTH - 1)}…` : url;
}

/** The page runtime asks with this whether the project has a file; that it has not is no failure. */
const PROBE_HEADER = "X-Framewright-Probe";

/** Notes the requests of a session that fail. */
function followFailures(
  cdp: Cdp,
  sessionId: string,
  snapshotOrigin: string,
  fail: (failure: Omit<FailedRequest, keyof Seen>) => void,
): void {
  const urls = new Map<string, string>();
  const probes = new Set<string>();
  cdp.on("Network.requestWillBeSent", sessionId, ({ requestId, request }) => {
    if (PROBE_HEADER in request.headers) probes.add(requestId);
    else if (isOfNetwork(request.url)) urls.set(requestId, request.url);
  });
  cdp.on("Network.responseReceived", sessionId, ({ requestId, type, response: { status, url } }) => {
    if (probes.delete(requestId) || status < 400) return;
    const outside = !url.startsWith(`${snapshotOrigin}/`);
    fail({
      url,
      reason: `HTTP ${status}`,
      refused: outside && status === REFUSED_STATUS,
      isScript: type === "Script",
    });
  });
  cdp.on("Network.loadingFinished", sessionId, ({ requestId }) => void urls.delete(requestId));
  cdp.on("Network.loadingFailed", sessionId, ({ requestId, errorText, canceled, type }) => {
    const url = urls.get(requestId);
    urls.delete(requestId);
    if (url === undefined || canceled === true) return;
    fail({
      url,
      reason: errorText,
      refused: errorText.includes("ERR_TUNNEL_CONNECTION_FAILED"),
      isScript: type === "Script",
    });
  });
}

function isOfNetwork(url: string): boolean {
  return !url.startsWith("data:") && !url.startsWith("blob:");
}

/** Follows a page's requests by DevTools events. */
export function followNetwork(
  cdp: Cdp,
  sessionId: string,
  { snapshotOrigin, stamp }: NetworkOptions,
): NetworkLog {
  const open = new Map<string, string>();
  const failed = new Map<string, FailedRequest>();
  const workers = new Map<string, StartedWorker>();
  let parts = 0;
  let main: { status: number; mimeType: string } | null = null;

  const fail = (failure: Omit<FailedRequest, keyof Seen>): void => {
    const url = shorten(failure.url);
    const key = `${url} ${failure.reason}`;
    if (failed.size < MAX_FAILED && !failed.has(key)) failed.set(key, { ...failure, url, ...stamp() });
  };
  cdp.on("Target.attachedToTarget", sessionId, ({ targetInfo: { type, url } }) => {
    if (!type.includes("worker")) return;
    const name = shorten(stableText(url));
    if (workers.size < MAX_WORKERS && !workers.has(url)) workers.set(url, { url: name, ...stamp() });
  });
  const close = ({ requestId }: { requestId: string }): void => void open.delete(requestId);
  cdp.on("Network.requestWillBeSent", sessionId, ({ requestId, loaderId, request: { url }, type }) => {
    if (PART_TYPES.has(type ?? "")) parts++;
    // Also a module that a script has made is loaded in the browser's own time.
    const isLoaded = isOfNetwork(url) || type === "Script";
    // A worker's script is loaded in the page's name, for no document of it, and finishes elsewhere.
    const isOfWorker = loaderId === "";
    if (isLoaded && !isOfWorker && !ENDLESS_TYPES.has(type ?? "")) open.set(requestId, url);
  });
  cdp.on("Network.responseReceived", sessionId, ({ requestId, response: { status, mimeType }, type }) => {
    if (type === "Document" && main === null) main = { status, mimeType };
    if (status >= 400) open.delete(requestId);
  });
  cdp.on("Network.loadingFinished", sessionId, close);
  cdp.on("Network.loadingFailed", sessionId, close);
  followFailures(cdp, sessionId, snapshotOrigin, fail);

  return {
    followPart: (part) => followFailures(cdp, part, snapshotOrigin, fail),
    inFlight: () => [...open.values()].map((url) => `request: ${shorten(url)}`),
    parts: () => parts,
    workers: () => [...workers.values()],
    failed: () => [...failed.values()],
    document: () => main,
  };
}
