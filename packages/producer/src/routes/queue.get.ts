import { createRoute } from "@hono/zod-openapi";
import { QueueSchema } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { ANYWHERE, type Api, json } from "../http/openapi.ts";

const route = createRoute({
  method: "get",
  path: "/v1/queue",
  summary: "See what runs and what waits",
  responses: {
    ...ANYWHERE,
    200: json(QueueSchema, "The queue."),
  },
});

export function getQueue(api: Api, { renders }: AppDeps): void {
  api.openapi(route, async (c) => c.json(await renders.queue(c.get("tenant")), 200));
}
