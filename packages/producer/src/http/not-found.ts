import { ProblemError } from "@framewright/contract";
import type { Hono } from "hono";

import type { AppEnv } from "./env.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The methods that some route takes at this path. Routes for all methods are middleware and do not count. */
function allowedMethods(app: Pick<Hono<AppEnv>, "router">, path: string): string[] {
  const taken = METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method !== "ALL"),
  );
  return taken.includes("GET") ? ["HEAD", ...taken] : taken;
}

/** What to say where no route matched: 405 at a path that takes other methods, 404 elsewhere. */
export function noRoute(app: Pick<Hono<AppEnv>, "router">, method: string, path: string): ProblemError {
  const allowed = allowedMethods(app, path);
  if (allowed.length === 0) return new ProblemError("not-found", `No route matches this path.`);
  return new ProblemError("method-not-allowed", `This path does not take ${method}.`, {
    headers: { allow: allowed.sort().join(", ") },
  });
}
