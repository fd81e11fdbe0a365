import { createRoute } from "@hono/zod-openapi";
import { WebhookTestResultSchema, WebhookTestSchema } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { clientSignal } from "../http/client-signal.ts";
import { readJson } from "../http/json-body.ts";
import { ANYWHERE, type Api, json, problem } from "../http/openapi.ts";

const route = createRoute({
  method: "post",
  path: "/v1/webhooks/test",
  summary: "Send a `ping` to a URL now, and see how it went",
  responses: {
    ...ANYWHERE,
    200: json(WebhookTestResultSchema, "What became of it, also when it was not taken."),
    400: problem("invalid-request", "invalid-json"),
    403: problem("webhooks-not-allowed", "cross-site-request"),
    408: problem("body-incomplete"),
    413: problem("body-too-large"),
  },
});

const body = { required: true, content: { "application/json": { schema: WebhookTestSchema } } };

export function postWebhookTests(api: Api, { webhooks }: AppDeps): void {
  // The body is read by our own reader, which counts its bytes.
  api.openAPIRegistry.registerPath({ ...route, request: { body } });
  api.openapi({ ...route, hide: true }, async (c) => {
    const { url } = await readJson(c.req.raw, WebhookTestSchema);
    return c.json(await webhooks.test(url, clientSignal(c.req.raw)), 200);
  });
}
