import { request as openHttp, type IncomingMessage } from "node:http";
import { request as openHttps } from "node:https";

import type { GuardedAgents } from "./guarded-agents.ts";
import { OutgoingFailure } from "./outgoing-failure.ts";

export interface OutgoingRequest {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface OutgoingOptions {
  readonly agents: GuardedAgents;
  /** For all of it: look-up, connection, answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What is read of an answer's body, so that an ordinary one is not cut; none of it is kept. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Sends a request to an address that the guard has checked, and returns the status of the answer.
 * Follows no redirect. Throws OutgoingFailure, the system's error, or the signal's reason.
 */
export async function guardedFetch(
  url: URL,
  request: OutgoingRequest,
  { agents, timeoutMs, signal }: OutgoingOptions,
): Promise<number> {
  signal.throwIfAborted();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  try {
    const answer = await open(url, request, agents, AbortSignal.any([signal, timeout.signal]));
    await drop(answer);
    // Node gives every answer that it has parsed a status.
    return answer.statusCode ?? 0;
  } catch (error) {
    signal.throwIfAborted();
    throw timeout.signal.aborted ? new OutgoingFailure("timeout", `no answer within ${timeoutMs} ms`) : error;
  } finally {
    clearTimeout(timer);
  }
}

function open(
  url: URL,
  { method, headers, body }: OutgoingRequest,
  agents: GuardedAgents,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { method, signal, headers: { ...headers, "content-length": Buffer.byteLength(body) } };
    const outgoing =
      url.protocol === "https:"
        ? openHttps(url, { ...options, agent: agents.https })
        : openHttp(url, { ...options, agent: agents.http });
    outgoing.once("response", resolve);
    // Stays: also a connection that breaks after the answer's head says so here.
    outgoing.on("error", reject);
    // Without an error: an answer that changes the protocol, of which Node says no more than this.
    outgoing.once("close", () => reject(broken()));
    outgoing.end(body);
  });
}

function broken(): Error {
  return Object.assign(new Error("the connection ended without an answer"), { code: "ECONNRESET" });
}

async function drop(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      bytes += Buffer.byteLength(chunk);
      if (bytes > MAX_BODY_BYTES) return;
    }
  } catch {
    // The status has said what became of the request; how the rest of the answer ends changes nothing.
  }
}
