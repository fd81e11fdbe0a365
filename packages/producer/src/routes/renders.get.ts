import { createRoute } from "@hono/zod-openapi";
import { RenderListSchema, RenderStateSchema } from "@framewright/contract";
import { z } from "zod";

import type { AppDeps } from "../app-deps.ts";
import { ANYWHERE, type Api, json } from "../http/openapi.ts";

const Query = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20).meta({ description: "(Default: 20)" }),
  cursor: z.string().min(1).max(256).optional().meta({ description: "`nextCursor` of the page before." }),
  state: RenderStateSchema.optional(),
});

const route = createRoute({
  method: "get",
  path: "/v1/renders",
  summary: "List renders, newest first",
  request: { query: Query },
  responses: {
    ...ANYWHERE,
    200: json(RenderListSchema, "A page of renders."),
  },
});

export function getRenders(api: Api, { renders }: AppDeps): void {
  api.openapi(route, async (c) => c.json(await renders.list(c.req.valid("query"), c.get("tenant")), 200));
}
