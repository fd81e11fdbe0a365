import { createHmac } from "node:crypto";

/** The headers of a webhook (Standard Webhooks, version 1): its id, when it is sent, and the proof that we sent it. */
export function webhookHeaders(
  secret: Uint8Array,
  id: string,
  body: string,
  atMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const proof = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${proof}` };
}
