import { randomUUID } from "node:crypto";

import { type Delivery, ProblemError, type Webhook, type WebhookTestResult } from "@framewright/contract";

import type { Guard } from "../outgoing/guard.ts";
import { OutgoingFailure } from "../outgoing/outgoing-failure.ts";
import { isTaken, type SendWebhook } from "./send-webhook.ts";

/** What the API offers of webhooks. Every method throws ProblemError. */
export interface Webhooks {
  /** Refuses a URL, given in a field of a request, that nothing could be sent to. */
  check(url: string, field: string): void;
  /** Sends a `ping` now, and says how it went. */
  test(url: string, signal: AbortSignal): Promise<WebhookTestResult>;
  /** The deliveries of a render that the caller may see. */
  list(renderId: string): Promise<readonly Delivery[]>;
}

export interface WebhooksOptions {
  readonly guard: Guard;
  /** Null while there is no secret to sign with: then no webhook is taken. */
  readonly send: SendWebhook | null;
  readonly list: Webhooks["list"];
}

function portOf({ port, protocol }: URL): number {
  return Number(port === "" ? (protocol === "https:" ? 443 : 80) : port);
}

export function createWebhooks({ guard, send, list }: WebhooksOptions): Webhooks {
  const check = (text: string, field: string): SendWebhook => {
    if (send === null)
      throw new ProblemError("webhooks-not-allowed", "The service has no secret to sign webhooks with.");
    const url = new URL(text);
    try {
      guard.check(url.hostname, portOf(url));
    } catch (error) {
      if (!(error instanceof OutgoingFailure)) throw error;
      const errors = [{ path: field, message: error.message }];
      throw new ProblemError("invalid-request", `${field}: ${error.message}`, { errors });
    }
    return send;
  };
  return {
    check,
    async test(url, signal) {
      const post = check(url, "url");
      const id = randomUUID();
      const webhook: Webhook = { id, event: "ping", at: new Date().toISOString(), render: null };
      const attempt = await post({ id, url, body: JSON.stringify(webhook) }, signal);
      return { delivered: isTaken(attempt), attempt };
    },
    list,
  };
}
