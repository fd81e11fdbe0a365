import { createRoute } from "@hono/zod-openapi";
import { RenderSchema } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { type Api, json, problem, RenderParams } from "../http/openapi.ts";

const route = createRoute({
  method: "delete",
  path: "/v1/renders/{id}",
  summary: "Cancel a render, at any stage",
  request: { params: RenderParams },
  responses: {
    200: json(RenderSchema, "The cancelled render."),
    403: problem("cross-site-request"),
    404: problem("render-not-found"),
    409: problem("render-finished"),
    500: problem("internal"),
  },
});

export function deleteRender(api: Api, { renders }: AppDeps): void {
  api.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    c.set("renderId", id);
    return c.json(await renders.cancel(id, "The caller cancelled it."), 200);
  });
}
