import { ProblemError } from "@framewright/contract";
import { afterEach, beforeEach, expect, it } from "vitest";

import { PLAN } from "./fake-renders.ts";
import { jsonOf, postJson, startApp, type TestApp } from "./start-app.ts";

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.stop());

const HTML = { html: "<p>hello</p>" };
const warning = { code: "slow", message: "m", remedy: "r" };
const lint = (body: unknown) => postJson(`${app.url}/lint`, body);

it("tells what planning warns of, as their linter does", async () => {
  app.renders.planning = async () => ({ ...PLAN, warnings: [warning] });
  const response = await lint({ files: { "a.css": "", "b.html": "<p>" } });
  expect(response.status).toBe(200);
  expect(await jsonOf(response)).toEqual({
    success: true,
    requestId: response.headers.get("x-request-id"),
    entryFile: "b.html",
    source: "files",
    result: {
      ok: true,
      errorCount: 0,
      warningCount: 1,
      infoCount: 0,
      findings: [{ code: "slow", severity: "warning", message: "m", fixHint: "r", file: "b.html" }],
    },
  });
});

it("finds what keeps a composition from being planned, and answers with what keeps the service from it", async () => {
  app.renders.planning = async () => {
    throw new ProblemError("duration-missing", "Nothing says it.");
  };
  expect(await jsonOf(await lint(HTML))).toMatchObject({
    success: true,
    entryFile: "index.html",
    source: "html",
    result: { ok: false, errorCount: 1, findings: [{ code: "duration-missing", severity: "error" }] },
  });
  app.renders.planning = async () => {
    throw new ProblemError("worker-unavailable", "None is there.");
  };
  const response = await lint(HTML);
  expect(response.status).toBe(503);
  expect(await jsonOf(response)).toMatchObject({ success: false, code: "worker-unavailable" });
});

it.each([[{}], [{ files: {} }], [{ files: { "../a.html": "" } }], [{ files: { "a.html": 1 } }]])(
  "refuses %j",
  async (body) => {
    const response = await lint(body);
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toMatchObject({ success: false, code: "invalid-request" });
  },
);
