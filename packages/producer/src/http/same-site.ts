import { ProblemError } from "@framewright/contract";
import { createMiddleware } from "hono/factory";

import type { AppEnv } from "./env.ts";

const FOREIGN = new Set(["cross-site", "same-site"]);

/**
 * Refuses what another website makes a visitor's browser send. Callers are not authenticated,
 * so a page that the operator happens to visit could otherwise start renders on a loopback port.
 */
export const sameSite = createMiddleware<AppEnv>(async (c, next) => {
  const reads = c.req.method === "GET" || c.req.method === "HEAD";
  if (!reads && FOREIGN.has(c.req.header("sec-fetch-site") ?? "")) {
    throw new ProblemError("cross-site-request", "A web page of another site sent this request.");
  }
  await next();
});
