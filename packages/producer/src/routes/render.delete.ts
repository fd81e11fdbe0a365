import { createRoute } from "@hono/zod-openapi";
import { RenderSchema } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { ANYWHERE, type Api, json, problem, RenderParams, renderIdOf } from "../http/openapi.ts";

const route = createRoute({
  method: "delete",
  path: "/v1/renders/{id}",
  summary: "Cancel a render, at any stage",
  request: { params: RenderParams },
  responses: {
    ...ANYWHERE,
    200: json(RenderSchema, "The cancelled render."),
    404: problem("render-not-found"),
    409: problem("render-finished"),
  },
});

export function deleteRender(api: Api, { renders }: AppDeps): void {
  api.openapi(route, async (c) => {
    const cancelled = await renders.cancel(renderIdOf(c), "The caller cancelled it.", c.get("tenant"));
    return c.json(cancelled, 200);
  });
}
