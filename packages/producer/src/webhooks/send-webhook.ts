import type { Attempt } from "@framewright/contract";

import type { GuardedAgents } from "../outgoing/guarded-agents.ts";
import { guardedFetch } from "../outgoing/guarded-fetch.ts";
import { OutgoingFailure } from "../outgoing/outgoing-failure.ts";
import { VERSION } from "../version.ts";
import { webhookHeaders } from "./sign.ts";

export interface Message {
  readonly id: string;
  readonly url: string;
  /** JSON. */
  readonly body: string;
}

/** Posts a webhook once, and says how it went. Throws nothing but the signal's reason. */
export type SendWebhook = (message: Message, signal: AbortSignal) => Promise<Attempt>;

export interface SenderOptions {
  readonly agents: GuardedAgents;
  readonly secret: Uint8Array;
  /** How long the receiver has for its answer. (Default: 10 s) */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Whether the receiver has taken a webhook. */
export function isTaken({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

function failureCode(error: unknown): string {
  if (error instanceof OutgoingFailure) return error.code;
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}

/** Makes what sends webhooks, signed with a secret. */
export function createSender({ agents, secret, timeoutMs = TIMEOUT_MS }: SenderOptions): SendWebhook {
  return async ({ id, url, body }, signal) => {
    const startedAt = performance.now();
    const at = new Date();
    const ended = (status: number | null, error: string | null): Attempt => ({
      at: at.toISOString(),
      status,
      ms: Math.round(performance.now() - startedAt),
      error,
    });
    const headers = {
      "content-type": "application/json",
      "user-agent": `framewright/${VERSION}`,
      ...webhookHeaders(secret, id, body, at.getTime()),
    };
    try {
      const request = { method: "POST", headers, body } as const;
      return ended(await guardedFetch(new URL(url), request, { agents, timeoutMs, signal }), null);
    } catch (error) {
      signal.throwIfAborted();
      return ended(null, failureCode(error));
    }
  };
}
