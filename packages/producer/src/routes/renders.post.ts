import { createRoute } from "@hono/zod-openapi";
import { RenderSchema } from "@framewright/contract";
import { z } from "zod";

import type { AppDeps } from "../app-deps.ts";
import { ANYWHERE, type Api, json, problem, describeWithBody } from "../http/openapi.ts";
import { isUpload, receive } from "../intake/receive.ts";

const Headers = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 visible ASCII characters")
    .optional()
    .meta({ description: "Repeating a request with its key gives the render that it made the first time." }),
});

const location = z.object({ Location: z.string().meta({ description: "The render." }) });
const replayed = z.object({ "Idempotency-Replayed": z.literal("true") });

const route = createRoute({
  method: "post",
  path: "/v1/renders",
  summary: "Submit a render",
  request: { headers: Headers },
  responses: {
    ...ANYWHERE,
    200: {
      ...json(RenderSchema, "The render that an earlier request with this key made."),
      headers: location.extend(replayed.shape),
    },
    202: { ...json(RenderSchema, "Admitted. Follow it by its links."), headers: location },
    400: problem("invalid-request", "invalid-json", "archive-invalid", "archive-unsafe"),
    403: problem("project-dir-not-allowed", "webhooks-not-allowed", "cross-site-request"),
    404: problem("project-dir-not-found"),
    408: problem("body-incomplete"),
    409: problem("idempotency-key-reused"),
    413: problem("body-too-large", "archive-too-large", "project-too-large"),
    415: problem("unsupported-media-type"),
    422: problem("entry-file-missing", "format-unavailable", "fps-out-of-range", "size-invalid", "size-odd"),
    429: problem("queue-full", "quota-exceeded"),
    503: problem(
      "shutting-down",
      "worker-unavailable",
      "memory-exhausted",
      "database-unavailable",
      "store-unavailable",
    ),
    507: problem("disk-full"),
  },
});

export function postRenders(api: Api, deps: AppDeps): void {
  api.openapi(describeWithBody(api, route), async (c) => {
    const key = c.req.valid("header")["idempotency-key"];
    // A repetition finds its render also while the queue is full: submit decides, once it is read.
    if (key === undefined || isUpload(c.req.raw)) await deps.renders.checkRoom(c.get("tenant"));
    const { requestHash, ...received } = await receive(c.req.raw, deps);
    const { render, replayed } = await deps.renders.submit({
      ...received,
      tenant: c.get("tenant"),
      idempotency: key === undefined ? undefined : { key, requestHash },
      requestId: c.get("requestId"),
    });
    c.set("renderId", render.id);
    c.header("Location", render.links.self);
    if (!replayed) return c.json(render, 202);
    c.header("Idempotency-Replayed", "true");
    return c.json(render, 200);
  });
}
