import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";

import type { AppDeps } from "../app-deps.ts";
import type { Api } from "../http/openapi.ts";
import { METRICS_TYPE } from "../metrics/metrics.ts";

const route = createRoute({
  method: "get",
  path: "/metrics",
  summary: "Metrics, for Prometheus",
  description: "The health port answers the same, and more, while the main loop is busy.",
  security: [],
  responses: {
    200: { description: "In the text format.", content: { "text/plain": { schema: z.string() } } },
  },
});

export function getMetrics(api: Api, { renderMetrics }: AppDeps): void {
  api.openapi(route, async (c) => c.text(await renderMetrics(), 200, { "content-type": METRICS_TYPE }));
}
