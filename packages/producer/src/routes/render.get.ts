import { createRoute } from "@hono/zod-openapi";
import { RenderSchema } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { ANYWHERE, type Api, json, problem, RenderParams, renderIdOf } from "../http/openapi.ts";

const route = createRoute({
  method: "get",
  path: "/v1/renders/{id}",
  summary: "Read a render",
  request: { params: RenderParams },
  responses: {
    ...ANYWHERE,
    200: json(RenderSchema, "The render as it is now."),
    404: problem("render-not-found"),
  },
});

export function getRender(api: Api, { renders }: AppDeps): void {
  api.openapi(route, async (c) => {
    return c.json(await renders.get(renderIdOf(c), c.get("tenant")), 200);
  });
}
