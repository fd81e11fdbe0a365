import { randomUUID } from "node:crypto";

import { createMiddleware } from "hono/factory";

import type { AppEnv } from "./env.ts";

const SANE_ID = /^[\w.-]{1,128}$/;

/** Takes over the caller's X-Request-Id when it is sane, makes one otherwise, and sends it back. */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  const given = c.req.header("x-request-id");
  const id = given !== undefined && SANE_ID.test(given) ? given : randomUUID();
  c.set("requestId", id);
  await next();
  c.header("X-Request-Id", id);
  c.header("X-Content-Type-Options", "nosniff");
  // No cache on the way knows whose key was asked with, nor that a render goes on.
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
});
