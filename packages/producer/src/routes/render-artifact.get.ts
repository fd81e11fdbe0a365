import { OUTPUTS } from "@framewright/contract";
import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";

import type { AppDeps } from "../app-deps.ts";
import { ANYWHERE, type Api, problem, RenderParams, renderIdOf } from "../http/openapi.ts";

const Query = z.object({
  download: z
    .enum(["0", "1"])
    .default("1")
    .meta({ description: "0 to show the file in a browser instead of saving it. (Default: 1)" }),
});

const file = Object.fromEntries(
  Object.values(OUTPUTS).map(({ contentType }) => [
    contentType,
    { schema: { type: "string" as const, contentMediaType: contentType } },
  ]),
);

const route = createRoute({
  method: "get",
  path: "/v1/renders/{id}/artifact",
  summary: "Download a render's artifact (also by HEAD, in ranges and conditionally)",
  request: { params: RenderParams, query: Query },
  responses: {
    ...ANYWHERE,
    200: { description: "The file.", content: file },
    206: { description: "The range that was asked for.", content: file },
    302: { description: "The file is at the store's own address, where the service is set up for that." },
    304: { description: "The file is still the one that If-None-Match names." },
    403: problem("link-invalid", "cross-site-request"),
    404: problem("render-not-found"),
    409: problem("artifact-not-ready", "artifact-missing"),
    410: problem("artifact-expired"),
    412: { description: "The file is not the one that If-Match names." },
    416: { description: "The range is not within the file." },
    503: problem("database-unavailable", "store-unavailable"),
  },
});

export function getRenderArtifact(api: Api, { renders, serveArtifact }: AppDeps): void {
  api.openapi(route, async (c) => {
    const id = renderIdOf(c);
    const artifact = await renders.artifact(id, c.get("isLinked") ? null : c.get("tenant"));
    return serveArtifact(c.req.raw, artifact, { download: c.req.valid("query").download === "1" });
  });
}
