import { createRoute } from "@hono/zod-openapi";
import { HealthSchema } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { type Api, json } from "../http/openapi.ts";

const route = createRoute({
  method: "get",
  path: "/health",
  summary: "Whether the service lives",
  description: "Answered by the main loop. The health port answers the same while the main loop is busy.",
  security: [],
  responses: { 200: json(HealthSchema, "It does.") },
});

export function getHealth(api: Api, { readHealth }: AppDeps): void {
  api.openapi(route, (c) => c.json(readHealth(), 200));
}
