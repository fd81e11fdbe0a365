import { afterEach, beforeEach, expect, it } from "vitest";

import { jsonOf, postJson, startApp, type TestApp } from "./start-app.ts";

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.stop());

it.each(["/", "/v1", "/v1/render", "/nowhere", "/v1/renders/a/b/c", "/V1/renders"])(
  "%s is not found",
  async (path) => {
    const response = await fetch(app.url + path, { method: "POST", body: "x" });
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await jsonOf(response)).toMatchObject({
      code: "not-found",
      requestId: response.headers.get("x-request-id"),
    });
  },
);

it.each([
  ["PUT", "/v1/renders", "GET, HEAD, POST"],
  ["POST", "/v1/renders/some", "DELETE, GET, HEAD"],
  ["POST", "/v1/renders/some/events", "GET, HEAD"],
  ["GET", "/v1/plans", "POST"],
  ["GET", "/render", "POST"],
  ["DELETE", "/health", "GET, HEAD"],
  ["OPTIONS", "/v1/queue", "GET, HEAD"],
])("%s %s is not allowed", async (method, path, allow) => {
  const response = await fetch(app.url + path, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe(allow);
  expect(await jsonOf(response)).toMatchObject({ code: "method-not-allowed" });
});

it.each([
  ["/v1/plans", "application/problem+json"],
  ["/render", "application/json"],
])("an unexpected error of %s leaks nothing and is logged with its stack", async (path, type) => {
  app.renders.planning = app.renders.submit = async () => {
    throw new TypeError("secret at /home/somebody");
  };
  const response = await postJson(app.url + path, { html: "x" });
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(response.headers.get("content-type")).toBe(type);
  expect(text).not.toContain("secret");
  expect(JSON.parse(text)).toMatchObject({ code: "internal" });
  const logged = app.lines.find(({ level }) => level === 50);
  expect(JSON.stringify(logged)).toContain("problems.test.ts");
  expect(logged).toMatchObject({ requestId: response.headers.get("x-request-id") });
});

it.each([
  ["sane-id_1.2", true],
  ["x".repeat(129), false],
  ["a b", false],
  ['"><script>', false],
])("a caller's request id %s is kept: %s", async (id, kept) => {
  const response = await fetch(`${app.url}/health`, { headers: { "x-request-id": id } });
  const given = response.headers.get("x-request-id");
  if (kept) expect(given).toBe(id);
  else expect(given).toMatch(/^[0-9a-f-]{36}$/);
});

it("each request is logged in one line, without its query, headers or body", async () => {
  const render = await jsonOf(
    await postJson(`${app.url}/v1/renders?token=secret`, { html: "secret" }, { authorization: "secret" }),
  );
  await fetch(`${app.url}/health`);
  expect(app.lines).toEqual([
    {
      level: 30,
      time: expect.any(Number),
      method: "POST",
      path: "/v1/renders",
      status: 202,
      ms: expect.any(Number),
      requestId: expect.any(String),
      renderId: render["id"],
      msg: "request",
    },
    expect.objectContaining({ level: 20, path: "/health", status: 200 }),
  ]);
});

it.each([
  ["cross-site", 403],
  ["same-site", 403],
  ["same-origin", 202],
  ["none", 202],
])("a browser's request from a %s page is answered with %i", async (site, status) => {
  const headers = { "sec-fetch-site": site };
  expect((await postJson(`${app.url}/v1/renders`, { html: "x" }, headers)).status).toBe(status);
  expect((await fetch(`${app.url}/v1/queue`, { headers })).status).toBe(200);
});
