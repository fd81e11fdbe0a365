import { request } from "node:http";

import { afterEach, beforeEach, expect, it } from "vitest";

import { isLoopbackHost } from "../../src/http/loopback-host.ts";
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
  await fetch(`${app.url}/outputs/secret`);
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
    expect.objectContaining({ level: 30, path: "/outputs/…", status: 404 }),
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

/** The status of a request with these headers, which `fetch` would set by itself. */
function statusOf(url: string, method: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(10_000);
    const sent = request(url, {
      method,
      signal,
      headers: { "content-type": "application/json", ...headers },
    });
    sent.on("error", reject).on("response", (response) => resolve(response.resume().statusCode));
    sent.end(method === "POST" ? '{"html":"x"}' : undefined);
  });
}

it.each([
  ["http://render.example:9847", "render.example:9847", 202],
  ["https://render.example", "Render.Example", 202],
  ["https://render.example", "render.example:443", 202],
  ["https://evil.example", "render.example", 403],
  ["http://render.example:1234", "render.example:9847", 403],
  ["null", "render.example", 403],
  ["file://", "", 403],
  ["not an origin", "render.example", 403],
])("a page of %s that posts to the host %s is answered with %i", async (origin, host, status) => {
  const headers = { origin, host };
  expect(await statusOf(`${app.url}/v1/renders`, "POST", headers)).toBe(status);
});

it("a page of another site may read, as far as its browser lets it", async () => {
  const headers = { origin: "https://evil.example" };
  expect(await statusOf(`${app.url}/v1/queue`, "GET", headers)).toBe(200);
});

it.each([
  ["localhost:9847", 200],
  ["producer.localhost", 200],
  ["127.0.0.1:9847", 200],
  ["[::1]:9847", 200],
  ["evil.example:9847", 403],
  ["127.0.0.1.evil.example", 403],
  ["localhost.evil.example", 403],
  ["192.0.2.1:9847", 403],
])("a service of this machine only answers a request for %s with %i", async (host, status) => {
  const local = await startApp({ loopbackOnly: true });
  try {
    const path = host.startsWith("evil") ? "/v1/renders" : "/health";
    expect(await statusOf(local.url + path, "GET", { host })).toBe(status);
  } finally {
    await local.stop();
  }
});

it.each([
  ["127.0.0.1", true],
  ["::1", true],
  ["localhost", true],
  ["0.0.0.0", false],
  ["::", false],
  ["192.0.2.1", false],
  ["", false],
])("an address to listen on, %s, is of this machine only: %s", (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});
