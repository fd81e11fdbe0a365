import { createRoute } from "@hono/zod-openapi";
import { DeliveryListSchema } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { ANYWHERE, type Api, json, problem, RenderParams, renderIdOf } from "../http/openapi.ts";

const route = createRoute({
  method: "get",
  path: "/v1/renders/{id}/deliveries",
  summary: "See how a render's webhook went, attempt by attempt",
  request: { params: RenderParams },
  responses: {
    ...ANYWHERE,
    200: json(
      DeliveryListSchema,
      "The deliveries; none when the render has no `callbackUrl`, or has not ended.",
    ),
    404: problem("render-not-found"),
  },
});

export function getRenderDeliveries(api: Api, { renders, webhooks }: AppDeps): void {
  api.openapi(route, async (c) => {
    const { id } = await renders.get(renderIdOf(c), c.get("tenant"));
    return c.json({ deliveries: [...(await webhooks.list(id))] }, 200);
  });
}
