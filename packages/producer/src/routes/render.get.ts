import { createRoute } from "@hono/zod-openapi";
import { RenderSchema } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { type Api, json, problem, RenderParams } from "../http/openapi.ts";

const route = createRoute({
  method: "get",
  path: "/v1/renders/{id}",
  summary: "Read a render",
  request: { params: RenderParams },
  responses: {
    200: json(RenderSchema, "The render as it is now."),
    404: problem("render-not-found"),
    500: problem("internal"),
  },
});

export function getRender(api: Api, { renders }: AppDeps): void {
  api.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    c.set("renderId", id);
    return c.json(await renders.get(id), 200);
  });
}
