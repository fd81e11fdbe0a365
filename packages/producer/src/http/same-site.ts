import { ProblemError } from "@framewright/contract";
import { createMiddleware } from "hono/factory";

import type { AppEnv } from "./env.ts";
import { isLoopbackHost } from "./loopback-host.ts";

const FOREIGN = new Set(["cross-site", "same-site"]);

/** Whether a page of `origin` is a page of `host`. An opaque origin ("null") is a page of nobody. */
function isOwnOrigin(origin: string, host: string): boolean {
  const page = URL.parse(origin);
  // With the page's scheme, so that its default port counts as none.
  return page !== null && page.host !== "" && page.host === URL.parse(`${page.protocol}//${host}`)?.host;
}

function isForeign(headers: Headers, host: string): boolean {
  const origin = headers.get("origin");
  return FOREIGN.has(headers.get("sec-fetch-site") ?? "") || (origin !== null && !isOwnOrigin(origin, host));
}

/**
 * Refuses what another website makes a visitor's browser send. Callers are not authenticated,
 * so a page that the operator happens to visit could otherwise start renders on a loopback port.
 * With `loopbackOnly`, a request for any other host is refused too: a website can give its own name
 * the address of this machine, and is then a page of the service for the browser.
 */
export const sameSite = (loopbackOnly: boolean) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const host = c.req.header("host") ?? "";
    if (loopbackOnly && !isLoopbackHost(host)) {
      throw new ProblemError("cross-site-request", "The Host header names another host than this machine.");
    }
    const reads = c.req.method === "GET" || c.req.method === "HEAD";
    if (!reads && isForeign(c.req.raw.headers, host)) {
      throw new ProblemError("cross-site-request", "A web page of another site sent this request.");
    }
    await next();
  });
