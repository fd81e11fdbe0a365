import { createRoute } from "@hono/zod-openapi";
import { PlanSchema } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { clientSignal } from "../http/client-signal.ts";
import { ANYWHERE, type Api, json, problem, describeWithBody } from "../http/openapi.ts";
import { receive } from "../intake/receive.ts";

const route = createRoute({
  method: "post",
  path: "/v1/plans",
  summary: "Plan a render without rendering",
  responses: {
    ...ANYWHERE,
    200: json(PlanSchema, "The plan."),
    400: problem("invalid-request", "invalid-json", "archive-invalid", "archive-unsafe"),
    403: problem("project-dir-not-allowed", "webhooks-not-allowed", "cross-site-request"),
    404: problem("project-dir-not-found"),
    408: problem("body-incomplete"),
    409: problem("cancelled"),
    413: problem("body-too-large", "archive-too-large", "project-too-large"),
    415: problem("unsupported-media-type"),
    422: problem(
      "entry-file-missing",
      "format-unavailable",
      "fps-out-of-range",
      "range-invalid",
      "duration-missing",
      "duration-invalid",
      "duration-infinite",
      "duration-too-long",
      "frames-too-many",
      "size-invalid",
      "size-odd",
      "size-mismatch",
      "nested-invalid",
      "start-invalid",
      "timeline-invalid",
      "variables-invalid",
      "lockfile-invalid",
      "library-missing",
      "media-missing",
      "media-invalid",
      "media-too-large",
      "page-load-failed",
      "page-not-ready",
      "page-unresponsive",
      "page-crashed",
      "page-script-failed",
    ),
    429: problem("queue-full", "quota-exceeded"),
    500: problem("internal", "browser-failed", "worker-lost"),
    503: problem(
      "shutting-down",
      "worker-unavailable",
      "memory-exhausted",
      "browser-missing",
      "database-unavailable",
      "store-unavailable",
    ),
    504: problem("render-timeout"),
    507: problem("disk-full"),
  },
});

export function postPlans(api: Api, deps: AppDeps): void {
  api.openapi(describeWithBody(api, route), async (c) => {
    const tenant = c.get("tenant");
    await deps.renders.checkRoom(tenant);
    const { snapshot, options } = await receive(c.req.raw, deps);
    const submission = { tenant, snapshot, options, requestId: c.get("requestId") };
    return c.json(await deps.renders.plan(submission, clientSignal(c.req.raw)), 200);
  });
}
