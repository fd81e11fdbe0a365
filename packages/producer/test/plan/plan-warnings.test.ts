import type { Warning } from "@framewright/contract";
import type { Probe } from "@framewright/engine";
import { expect, it } from "vitest";

import type { RefusedRequest } from "../../src/files/egress-record.ts";
import { planWarnings } from "../../src/plan/plan-warnings.ts";

const TUNNEL = "net::ERR_TUNNEL_CONNECTION_FAILED";

const NO_LIBRARIES = { served: [], refused: [], notes: [] };

const emptyProbe: Probe = {
  declarations: {
    compositionId: "main",
    width: null,
    height: null,
    durations: [],
    endless: [],
    variablesError: null,
    variableIssues: [],
    problems: [],
    leadInMs: 0,
    warnings: [],
  },
  findings: { content: [], motion: [], told: [], texts: { cut: [], clear: [], overlapping: [] } },
  uncaught: [],
  workers: [],
  failedRequests: [],
  classicScripts: [],
};

function warningsOf(seen: Partial<Probe>, refused: readonly RefusedRequest[] = []): Warning[] {
  const probe: Probe = { ...emptyProbe, ...seen };
  return planWarnings(
    probe,
    refused,
    NO_LIBRARIES,
    { seconds: 1, source: "attribute" },
    { fps: { num: 30, den: 1 } },
  );
}

/** The warning of one request, by what the proxy noted of it. */
function warningOf(url: string, reason: string, refused: readonly RefusedRequest[]): Warning | undefined {
  return warningsOf({ failedRequests: [{ url, reason, refused: true, isScript: true }] }, refused)[0];
}

it("advises to list a host that is not listed", () => {
  const why = "not-allowed";
  const refused = [{ target: "cdn.example.com:443", why, reason: "" }] as const;
  expect(warningOf("https://cdn.example.com/a.js", TUNNEL, refused)).toMatchObject({
    code: "request-refused",
    remedy: expect.stringContaining("add cdn.example.com to PRODUCER_ALLOWED_HOSTS"),
  });
});

it.each([
  ["https://inside.example.com/a.js", "inside.example.com:443"],
  ["http://inside.example.com:8080/a.js", "http://inside.example.com:8080/a.js"],
  ["ws://[::1]/a", "[::1]:80"],
])("does not advise to list a host whose address is private: %s", (url, target) => {
  const warning = warningOf(url, TUNNEL, [{ target, why: "not-public", reason: "" }]);
  expect(warning).toMatchObject({ code: "request-refused", message: expect.stringContaining("not public") });
  expect(warning?.remedy).not.toContain("PRODUCER_ALLOWED_HOSTS");
});

it("tells a listed host that cannot be reached, or refuses by itself, from one that is refused", () => {
  const reason = "cdn.example.com:443 could not be reached (ENOTFOUND).";
  const refused = [{ target: "cdn.example.com:443", why: "unreachable", reason }] as const;
  expect(warningOf("https://cdn.example.com/a.js", TUNNEL, refused)).toMatchObject({
    code: "request-failed",
    message: expect.stringContaining(reason),
  });
  expect(warningOf("http://cdn.example.com/a.js", "HTTP 403", [])).toMatchObject({
    code: "request-failed",
    message: expect.stringContaining("HTTP 403"),
  });
});

it("keeps the page's own errors before any number of refused requests, and counts what is left out", () => {
  const urls = Array.from({ length: 48 }, (_, index) => `http://h${index}.test/`);
  const refused = urls.map((target): RefusedRequest => ({ target, why: "not-allowed", reason: "" }));
  const failedRequests = [
    ...urls.map((url) => ({ url, reason: "HTTP 403", refused: true, isScript: false })),
    { url: "http://composition.localhost/missing.js", reason: "HTTP 404", refused: false, isScript: false },
  ];
  const warnings = warningsOf(
    { uncaught: [{ text: "broken" }], workers: [{ url: "clock.js" }], failedRequests },
    refused,
  );
  const codes = warnings.map(({ code }) => code);
  expect(codes.slice(0, 3)).toEqual(["page-error", "worker-clock", "request-failed"]);
  expect(codes).toHaveLength(40);
  expect(codes.filter((code) => code === "request-refused")).toHaveLength(36);
  expect(warnings.at(-1)).toMatchObject({
    code: "more-warnings",
    message: expect.stringContaining("12 request-refused"),
  });
});

it("says that the request's length is not used where the composition declares one", () => {
  const warn = (requestedSeconds: number): Warning[] =>
    planWarnings(
      emptyProbe,
      [],
      NO_LIBRARIES,
      { seconds: 6, source: "attribute" },
      { fps: { num: 30, den: 1 }, requestedSeconds },
    );
  expect(warn(4)).toMatchObject([
    { code: "duration-declared", message: expect.stringContaining("declares 6 s") },
  ]);
  expect(warn(6)).toEqual([]);
});
