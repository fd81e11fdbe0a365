import { z } from "zod";

import { CallbackUrlSchema } from "./render-request.ts";
import { RenderSchema } from "./render.ts";

/** What is sent: the body of a webhook. */
export const WebhookSchema = z
  .object({
    id: z.string().meta({ description: "The same in every attempt, and in the header `webhook-id`." }),
    event: z.enum(["render.succeeded", "render.failed", "render.cancelled", "ping"]),
    at: z.iso.datetime(),
    render: RenderSchema.nullable().meta({ description: "Null in a `ping`, which is a test." }),
  })
  .meta({ id: "Webhook", description: "The body that is posted to a `callbackUrl`." });
export type Webhook = z.infer<typeof WebhookSchema>;

export const AttemptSchema = z
  .object({
    at: z.iso.datetime(),
    status: z.int().nullable().meta({ description: "The status of the answer, when there was one." }),
    ms: z.int().meta({ description: "How long it took, in milliseconds." }),
    error: z.string().nullable().meta({
      description: "Why there was no answer: `timeout`, `address-not-allowed`, or the system's code.",
      example: "ECONNREFUSED",
    }),
  })
  .meta({ id: "DeliveryAttempt" });
export type Attempt = z.infer<typeof AttemptSchema>;

export const DeliverySchema = z
  .object({
    id: z.string(),
    event: WebhookSchema.shape.event,
    url: z.string(),
    state: z.enum(["pending", "delivered", "failed"]),
    createdAt: z.iso.datetime(),
    deliveredAt: z.iso.datetime().nullable(),
    nextAt: z.iso.datetime().nullable().meta({ description: "When it is tried next, while pending." }),
    attempts: z.array(AttemptSchema),
  })
  .meta({ id: "Delivery" });
export type Delivery = z.infer<typeof DeliverySchema>;

export const DeliveryListSchema = z
  .object({ deliveries: z.array(DeliverySchema) })
  .meta({ id: "DeliveryList" });
export type DeliveryList = z.infer<typeof DeliveryListSchema>;

export const WebhookTestSchema = z.strictObject({ url: CallbackUrlSchema }).meta({ id: "WebhookTest" });
export type WebhookTest = z.infer<typeof WebhookTestSchema>;

export const WebhookTestResultSchema = z
  .object({ delivered: z.boolean(), attempt: AttemptSchema })
  .meta({ id: "WebhookTestResult" });
export type WebhookTestResult = z.infer<typeof WebhookTestResultSchema>;
