import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";

import type { AppEnv } from "./env.ts";

/** What probes ask for: it blocks nothing, and would hide what does. */
const PROBES = new Set(["/health", "/metrics"]);

/** Declares each request before it is served: its method and route, never its path, which may hold a token. */
export function declareRequests(declare: (what: string) => void) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (!PROBES.has(c.req.path)) declare(`request ${c.req.method} ${routePath(c, -1)}`);
    await next();
  });
}
