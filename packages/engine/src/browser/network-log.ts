import type { Cdp } from "./cdp.ts";

export interface FailedRequest {
  readonly url: string;
  readonly reason: string;
  /** Refused by the egress rules, rather than broken. */
  readonly refused: boolean;
}

export interface NetworkLog {
  /** Requests without an answer yet, as "request: URL". */
  inFlight(): string[];
  /** Scripts of the page's workers. */
  workers(): string[];
  failed(): readonly FailedRequest[];
  /** Status and MIME type of the document itself. */
  document(): { readonly status: number; readonly mimeType: string } | null;
}

/** Streams stay open by design: waiting for them would wait for ever. */
const ENDLESS_TYPES = new Set(["EventSource", "WebSocket", "Media", "Ping", "Prefetch"]);
const MAX_FAILED = 50;
const MAX_WORKERS = 100;
const MAX_URL_LENGTH = 200;

/** The snapshot server answers a request that the egress rules forbid with this status. */
const REFUSED_STATUS = 403;

function shorten(url: string): string {
  return url.length > MAX_URL_LENGTH ? `${url.slice(0, MAX_URL_LENGTH - 1)}…` : url;
}

/** Follows a page's requests by DevTools events. */
export function followNetwork(cdp: Cdp, sessionId: string, snapshotOrigin: string): NetworkLog {
  const open = new Map<string, string>();
  const urls = new Map<string, string>();
  const failed: FailedRequest[] = [];
  const workers = new Set<string>();
  let main: { status: number; mimeType: string } | null = null;

  const fail = (url: string, reason: string, refused: boolean): void => {
    if (failed.length < MAX_FAILED) failed.push({ url: shorten(url), reason, refused });
  };
  // A worker's script is loaded in the page's name, and finishes in the worker's: nobody would tell us.
  cdp.on("Target.attachedToTarget", sessionId, ({ targetInfo }) => {
    if (!targetInfo.type.includes("worker")) return;
    if (workers.size < MAX_WORKERS) workers.add(targetInfo.url);
    for (const [requestId, url] of open) if (url === targetInfo.url) open.delete(requestId);
  });
  const close = (requestId: string): void => {
    open.delete(requestId);
    urls.delete(requestId);
  };

  cdp.on("Network.requestWillBeSent", sessionId, ({ requestId, request, type }) => {
    if (request.url.startsWith("data:") || request.url.startsWith("blob:")) return;
    urls.set(requestId, request.url);
    if (!ENDLESS_TYPES.has(type ?? "") && !workers.has(request.url)) open.set(requestId, request.url);
  });
  cdp.on("Network.responseReceived", sessionId, ({ requestId, response, type }) => {
    if (type === "Document" && main === null) main = { status: response.status, mimeType: response.mimeType };
    const outside = !response.url.startsWith(`${snapshotOrigin}/`);
    if (response.status >= 400) {
      fail(response.url, `HTTP ${response.status}`, outside && response.status === REFUSED_STATUS);
      open.delete(requestId);
    }
  });
  cdp.on("Network.loadingFinished", sessionId, ({ requestId }) => close(requestId));
  cdp.on("Network.loadingFailed", sessionId, ({ requestId, errorText, canceled }) => {
    const url = urls.get(requestId);
    close(requestId);
    if (url === undefined || canceled === true) return;
    fail(url, errorText, errorText.includes("ERR_TUNNEL_CONNECTION_FAILED"));
  });

  return {
    inFlight: () => [...open.values()].map((url) => `request: ${shorten(url)}`),
    workers: () => [...workers].map(shorten),
    failed: () => failed,
    document: () => main,
  };
}
