import { createMiddleware } from "hono/factory";

import type { Log } from "../log.ts";
import type { AppEnv } from "./env.ts";

/** What follows lets in whoever knows it. */
const TOKEN = /(?<=^\/outputs\/).+/;

/** Writes one line per request, when its answer's head is known: never a query, a token, a header or a body. */
export function accessLog(log: Log) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const startedAt = performance.now();
    await next();
    const { method, path } = c.req;
    const renderId = c.get("renderId");
    log[path === "/health" || path === "/metrics" ? "debug" : "info"](
      {
        method,
        path: path.replace(TOKEN, "…"),
        status: c.res.status,
        ms: Math.round(performance.now() - startedAt),
        requestId: c.get("requestId"),
        ...(renderId !== undefined && { renderId }),
      },
      "request",
    );
  });
}
