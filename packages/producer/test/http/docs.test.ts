import { PROBLEMS } from "@framewright/contract";
import { afterEach, beforeEach, expect, it } from "vitest";

import { jsonOf, startApp, type TestApp } from "./start-app.ts";

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.stop());

interface Operation {
  requestBody?: {
    content: Record<string, { schema: { $ref?: string; properties?: Record<string, unknown> } }>;
  };
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

// Only what is read here is described; the tests fail on another shape.
const read = async () => (await jsonOf(await fetch(`${app.url}/openapi.json`))) as unknown as Document;

it("the contract lists every route", async () => {
  const { openapi, paths } = await read();
  const routes = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(openapi).toBe("3.1.0");
  expect(routes.sort()).toEqual([
    "delete /v1/renders/{id}",
    "get /health",
    "get /metrics",
    "get /v1/queue",
    "get /v1/renders",
    "get /v1/renders/{id}",
    "get /v1/renders/{id}/artifact",
    "get /v1/renders/{id}/deliveries",
    "get /v1/renders/{id}/events",
    "get /v1/renders/{id}/link",
    "post /v1/plans",
    "post /v1/renders",
    "post /v1/webhooks/test",
  ]);
});

it("the contract names its schemas, and every reference leads to one", async () => {
  const document = await read();
  const { schemas } = document.components;
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining([
      "Render",
      "RenderRequest",
      "RenderOptions",
      "RenderEvent",
      "Plan",
      "Problem",
      "Queue",
      "Health",
    ]),
  );
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name,
  );
  expect(references.length).toBeGreaterThan(20);
  for (const name of references) expect(schemas).toHaveProperty(name ?? "");
  const content = document.paths["/v1/renders"]?.["post"]?.requestBody?.content;
  expect(content?.["application/json"]?.schema.$ref).toBe("#/components/schemas/RenderRequest");
  expect(content?.["multipart/form-data"]?.schema.properties).toHaveProperty("project");
});

it("each problem is declared at its own status", async () => {
  const { paths } = await read();
  let declared = 0;
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      if (!content?.["application/problem+json"]) continue;
      for (const [, code] of description.matchAll(/`([a-z-]+)`/g)) {
        expect([code, PROBLEMS[code as keyof typeof PROBLEMS].status]).toEqual([code, Number(status)]);
        declared += 1;
      }
    }
  }
  expect(declared).toBeGreaterThan(40);
});

it("the page for people comes whole from here", async () => {
  const response = await fetch(`${app.url}/docs`);
  const page = await response.text();
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
  expect(page).not.toMatch(/https?:\/\//);
  expect(page).not.toMatch(/<script>/);
  const assets = [...page.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, path]) => path);
  expect(assets).toHaveLength(3);
  for (const path of assets) {
    const asset = await fetch(app.url + path);
    expect(asset.status).toBe(200);
    expect(asset.headers.get("content-type")).toMatch(/^text\/(css|javascript)/);
    expect((await asset.text()).length).toBeGreaterThan(50);
  }
  expect((await fetch(`${app.url}/docs/package.json`)).status).toBe(404);
});

it("what any route of renders may answer is declared at each of them", async () => {
  const { paths } = await read();
  const operations = Object.entries(paths).filter(([path]) => path.startsWith("/v1/"));
  expect(operations.length).toBeGreaterThan(8);
  for (const [path, item] of operations) {
    for (const [method, { responses }] of Object.entries(item)) {
      for (const [status, code] of [
        ["400", "invalid-request"],
        ["401", "unauthenticated"],
        ["403", "cross-site-request"],
        ["500", "internal"],
        ["503", "database-unavailable"],
      ] as const) {
        expect.soft(responses[status]?.description, `${method} ${path} ${status}`).toContain(`\`${code}\``);
      }
    }
  }
});
