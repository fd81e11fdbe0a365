import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";

import { MAX_INLINE_HTML_BYTES, ProblemError } from "@framewright/contract";

import type { GuardedAgents } from "./guarded-agents.ts";

/** For all of it: look-ups, redirects, and the document. */
const TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 5;

export type FetchHtml = (url: string, signal: AbortSignal) => Promise<string>;

function refused(message: string, cause?: unknown): ProblemError {
  const errors = [{ path: "previewUrl", message }];
  return new ProblemError("invalid-request", `previewUrl: ${message}`, { errors, cause });
}

function open(url: URL, agents: GuardedAgents, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept: "text/html", "accept-encoding": "identity" };
    const outgoing =
      url.protocol === "https:"
        ? getHttps(url, { headers, signal, agent: agents.https })
        : getHttp(url, { headers, signal, agent: agents.http });
    outgoing.once("response", resolve);
    outgoing.on("error", reject);
  });
}

async function read(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.byteLength;
    if (bytes > MAX_INLINE_HTML_BYTES) throw refused("the document exceeds 5 MiB");
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function follow(
  url: URL,
  agents: GuardedAgents,
  signal: AbortSignal,
  redirects: number,
): Promise<string> {
  if (!/^https?:$/.test(url.protocol)) throw refused("it is no http or https URL");
  const answer = await open(url, agents, signal);
  const { statusCode = 0, headers } = answer;
  if (statusCode >= 200 && statusCode < 300) return read(answer);
  answer.destroy();
  const next = statusCode >= 300 && statusCode < 400 ? URL.parse(headers.location ?? "", url.href) : null;
  if (next === null) throw refused(`it answered with HTTP ${statusCode}`);
  if (redirects >= MAX_REDIRECTS) throw refused("it redirects too often");
  return follow(next, agents, signal, redirects + 1);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Fetches an HTML document from an address that the guard lets through. Throws ProblemError `invalid-request`. */
export function createFetchHtml(agents: GuardedAgents): FetchHtml {
  return async (text, signal) => {
    const url = URL.parse(text);
    if (url === null) throw refused("it is no http or https URL");
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await follow(url, agents, AbortSignal.any([signal, timeout]), 0);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ProblemError) throw error;
      if (timeout.aborted) throw refused(`no answer within ${TIMEOUT_MS / 1000} s`, error);
      throw refused(`it could not be fetched: ${reasonOf(error)}`, error);
    }
  };
}
