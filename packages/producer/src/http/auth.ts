import { ProblemError } from "@framewright/contract";
import { createMiddleware } from "hono/factory";

import { checkLink } from "../store/signed-link.ts";

import { type ApiKey, findTenant } from "../access/api-keys.ts";
import { DEFAULT_TENANT } from "../access/tenant.ts";
import type { AppEnv } from "./env.ts";

/** Probes, metrics and the contract: nothing of any caller's. */
const OPEN = /^\/(?:health|metrics|openapi\.json|docs(?:\/.*)?)$/;

const BEARER = /^bearer +(?<key>\S+) *$/i;

function keyOf(headers: Headers): string | null {
  return BEARER.exec(headers.get("authorization") ?? "")?.groups?.["key"] ?? headers.get("x-api-key");
}

function refuse(detail: string, challenge: string): ProblemError {
  return new ProblemError("unauthenticated", detail, { headers: { "www-authenticate": challenge } });
}

function authenticated(keys: readonly ApiKey[], headers: Headers): string {
  const given = keyOf(headers);
  if (given === null) throw refuse("The request carries no API key.", 'Bearer realm="framewright"');
  const tenant = findTenant(keys, given);
  if (tenant !== null) return tenant;
  throw refuse(
    "The request's API key is none that is known here.",
    'Bearer realm="framewright", error="invalid_token"',
  );
}

/** The only path that a link may lead to. */
const ARTIFACT = /^\/v1\/renders\/[^/]+\/artifact$/;

/** Whether a signed link lets the request in; refuses one that is not valid any more, or never was. */
function isLinked(url: URL, secret: string): boolean {
  if (!ARTIFACT.test(url.pathname)) return false;
  const verdict = checkLink(url, secret, new Date());
  if (verdict === "expired" || verdict === "invalid") {
    throw new ProblemError(
      "link-invalid",
      `The link is ${verdict === "expired" ? "expired" : "not one of this service's"}.`,
    );
  }
  return verdict === "valid";
}

/** Tells the tenant of each request by its key, and refuses requests without one; without any key, all callers are one tenant. */
export const authenticate = (keys: readonly ApiKey[], linkSecret: string) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const linked = isLinked(new URL(c.req.url), linkSecret);
    c.set("isLinked", linked);
    const isOpen = keys.length === 0 || linked || OPEN.test(c.req.path);
    c.set("tenant", isOpen ? DEFAULT_TENANT : authenticated(keys, c.req.raw.headers));
    await next();
  });
