import { createRoute } from "@hono/zod-openapi";
import { DownloadLinkSchema } from "@framewright/contract";
import { z } from "zod";

import type { AppDeps } from "../app-deps.ts";
import { ANYWHERE, type Api, json, problem, RenderParams, renderIdOf } from "../http/openapi.ts";
import { signLink } from "../store/signed-link.ts";

const WEEK_SECONDS = 7 * 86_400;

const Query = z.object({
  seconds: z.coerce
    .number()
    .int()
    .min(1)
    .max(WEEK_SECONDS)
    .default(3_600)
    .meta({ description: "How long the link is valid, in seconds. (Default: 3600)" }),
});

const route = createRoute({
  method: "get",
  path: "/v1/renders/{id}/link",
  summary: "Get a link to a render's artifact that needs no key and expires",
  request: { params: RenderParams, query: Query },
  responses: {
    ...ANYWHERE,
    200: json(DownloadLinkSchema, "The link."),
    404: problem("render-not-found"),
    409: problem("artifact-not-ready", "artifact-missing"),
    410: problem("artifact-expired"),
  },
});

export function getRenderLink(api: Api, { renders, linkSecret }: AppDeps): void {
  api.openapi(route, async (c) => {
    const id = renderIdOf(c);
    await renders.artifact(id, c.get("tenant"));
    const expiresAt = new Date(Date.now() + c.req.valid("query").seconds * 1000);
    const url = signLink(`/v1/renders/${id}/artifact`, expiresAt, linkSecret);
    return c.json({ url, expiresAt: expiresAt.toISOString() }, 200);
  });
}
