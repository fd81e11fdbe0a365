import { createHash } from "node:crypto";

import { afterEach, beforeEach, expect, it } from "vitest";

import { succeed } from "./fake-renders.ts";
import { jsonOf, startApp, type TestApp } from "./start-app.ts";

const KEY = "fw_correct";
const OTHER_KEY = "fw_of-another-tenant";

const entry = (tenant: string, key: string) => ({
  tenant,
  sha256: createHash("sha256").update(key).digest(),
});

let app: TestApp;
beforeEach(async () => {
  app = await startApp({ apiKeys: [entry("film", KEY), entry("news", OTHER_KEY)] });
});
afterEach(() => app.stop());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

async function submit(headers: Record<string, string>): Promise<Response> {
  return fetch(`${app.url}/v1/renders`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ html: "<p>" }),
  });
}

it.each([
  ["GET", "/v1/renders"],
  ["POST", "/v1/renders"],
  ["GET", "/v1/renders/x"],
  ["DELETE", "/v1/renders/x"],
  ["GET", "/v1/renders/x/events"],
  ["GET", "/v1/renders/x/artifact"],
  ["HEAD", "/v1/renders/x/artifact"],
  ["GET", "/v1/renders/x/link"],
  ["GET", "/v1/renders/x/deliveries"],
  ["POST", "/v1/webhooks/test"],
  ["POST", "/v1/plans"],
  ["GET", "/v1/queue"],
  ["POST", "/render"],
  ["POST", "/render/stream"],
  ["GET", "/render/queue"],
  ["GET", "/outputs/x"],
  ["GET", "/nowhere"],
  ["GET", "//health"],
  ["GET", "/healthy"],
  ["GET", "/docsx"],
])("%s %s needs a key", async (method, path) => {
  const response = await fetch(app.url + path, { method });
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toBe('Bearer realm="framewright"');
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  if (method !== "HEAD")
    expect(await jsonOf(response)).toMatchObject({ code: "unauthenticated", status: 401 });
});

it.each(["/health", "/metrics", "/docs", "/docs/start.js", "/openapi.json"])(
  "%s needs none",
  async (path) => {
    const response = await fetch(app.url + path);
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  },
);

it.each([
  ["a wrong key", { authorization: "Bearer fw_wrong" }],
  ["a wrong key in X-Api-Key", { "x-api-key": "fw_wrong" }],
  ["the key's digest", bearer(createHash("sha256").update(KEY).digest("hex"))],
  ["a wrong key before a right one", { authorization: "Bearer fw_wrong", "x-api-key": KEY }],
])("%s is refused as such", async (_what, headers) => {
  const response = await submit(headers);
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
  expect(app.renders.submissions).toHaveLength(0);
});

it("Basic authentication is no key", async () => {
  expect((await submit({ authorization: `Basic ${btoa(`x:${KEY}`)}` })).status).toBe(401);
});

it.each([
  ["Bearer", bearer(KEY), "film"],
  ["bearer, in any case", { authorization: `bEARER  ${KEY}` }, "film"],
  ["X-Api-Key", { "x-api-key": OTHER_KEY }, "news"],
])("a key by %s tells the tenant", async (_how, headers, tenant) => {
  expect((await submit(headers)).status).toBe(202);
  expect(app.renders.submissions.map((submission) => submission.tenant)).toEqual([tenant]);
});

it("neither a key nor a part of it is logged", async () => {
  await submit(bearer(KEY));
  await submit(bearer("fw_wrong"));
  expect(app.lines.length).toBeGreaterThan(1);
  const log = JSON.stringify(app.lines);
  expect(log).not.toContain(KEY);
  expect(log).not.toContain("fw_wrong");
});

it("HyperFrames' clients get their own kind of render for their tenant", async () => {
  const answer = fetch(`${app.url}/render`, {
    method: "POST",
    headers: { ...bearer(OTHER_KEY), "content-type": "application/json" },
    body: JSON.stringify({ html: "<p>" }),
  });
  await expect.poll(() => app.renders.submissions.length, { timeout: 5000 }).toBe(1);
  expect(app.renders.submissions[0]?.tenant).toBe("news");
  const { renders } = await app.renders.list({ limit: 1 }, "news");
  await app.renders.cancel(renders[0]?.id ?? "", "The test is over.", "news");
  expect((await answer).status).toBe(409);
});

it.each([
  ["GET", ""],
  ["GET", "/events"],
  ["GET", "/artifact"],
  ["GET", "/deliveries"],
  ["DELETE", ""],
])("%s %s of another tenant's render finds nothing", async (method, rest) => {
  const { id } = await jsonOf(await submit(bearer(KEY)));
  const url = `${app.url}/v1/renders/${String(id)}${rest}`;
  const foreign = await fetch(url, { method, headers: bearer(OTHER_KEY) });
  expect(foreign.status).toBe(404);
  expect(await jsonOf(foreign)).toMatchObject({ code: "render-not-found" });
  const own = await fetch(url, { method, headers: bearer(KEY) });
  expect(own.status).not.toBe(404);
  await own.body?.cancel();
});

it("a list holds the tenant's own renders only", async () => {
  const { id } = await jsonOf(await submit(bearer(KEY)));
  const listOf = async (key: string) =>
    jsonOf(await fetch(`${app.url}/v1/renders`, { headers: bearer(key) }));
  expect(await listOf(KEY)).toMatchObject({ renders: [{ id }] });
  expect(await listOf(OTHER_KEY)).toMatchObject({ renders: [] });
});

it("another tenant's output token finds nothing", async () => {
  const answer = fetch(`${app.url}/render`, {
    method: "POST",
    headers: { ...bearer(KEY), "content-type": "application/json" },
    body: JSON.stringify({ html: "<p>" }),
  });
  await expect
    .poll(async () => (await app.renders.list({}, "film")).renders.length, { timeout: 5000 })
    .toBe(1);
  const { renders } = await app.renders.list({}, "film");
  succeed(app.renders, renders[0]?.id ?? "");
  const { outputUrl } = await jsonOf(await answer);
  expect((await fetch(app.url + String(outputUrl), { headers: bearer(OTHER_KEY) })).status).toBe(404);
  const own = await fetch(app.url + String(outputUrl), { headers: bearer(KEY) });
  expect([own.status, await own.text()]).toEqual([200, "video"]);
});

it("the contract declares how a key is sent, and what needs none", async () => {
  const document = (await jsonOf(await fetch(`${app.url}/openapi.json`))) as {
    security: object[];
    components: { securitySchemes: Record<string, object> };
    paths: Record<string, Record<string, { security?: object[]; responses: Record<string, object> }>>;
  };
  expect(document.security).toEqual([{ bearer: [] }, { apiKey: [] }]);
  expect(Object.keys(document.components.securitySchemes)).toEqual(["bearer", "apiKey"]);
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of Object.values(item)) {
      if (path.startsWith("/v1/")) expect(Object.keys(operation.responses)).toContain("401");
      else expect(operation.security).toEqual([]);
    }
  }
});

it("without any key configured, everybody is the same tenant", async () => {
  const open = await startApp();
  try {
    const response = await fetch(`${open.url}/v1/renders`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ html: "<p>" }),
    });
    expect(response.status).toBe(202);
    expect(open.renders.submissions.map(({ tenant }) => tenant)).toEqual(["default"]);
  } finally {
    await open.stop();
  }
});

it("what a key may see is kept by no cache on the way", async () => {
  const { id } = await jsonOf(await submit({ "x-api-key": KEY }));
  succeed(app.renders, String(id));
  for (const path of ["", `/${String(id)}`, `/${String(id)}/link`, `/${String(id)}/deliveries`]) {
    const response = await fetch(`${app.url}/v1/renders${path}`, { headers: { "x-api-key": KEY } });
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
  }
});
