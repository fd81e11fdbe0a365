import { randomBytes, randomUUID } from "node:crypto";

import type { Delivery } from "@framewright/contract";
import { afterEach, expect, it } from "vitest";

import { createGuard } from "../../src/outgoing/guard.ts";
import { guardedAgents } from "../../src/outgoing/guarded-agents.ts";
import { createSender } from "../../src/webhooks/send-webhook.ts";
import { createWebhooks } from "../../src/webhooks/webhooks.ts";
import { jsonOf, startApp, type TestApp } from "../http/start-app.ts";
import { startReceiver } from "../outgoing/http-receiver.ts";
import { expectedSignature } from "./deliveries-fixture.ts";

const SECRET = randomBytes(32);

let app: TestApp;
afterEach(() => app.stop());

interface Setup {
  readonly hosts?: readonly string[];
  readonly hasSecret?: boolean;
  readonly deliveries?: readonly Delivery[];
}

async function open({ hosts = [], hasSecret = true, deliveries = [] }: Setup = {}): Promise<void> {
  const guard = createGuard(hosts);
  const send = createSender({ agents: guardedAgents(guard), secret: SECRET, timeoutMs: 500 });
  const webhooks = createWebhooks({ guard, send: hasSecret ? send : null, list: async () => deliveries });
  app = await startApp({ webhooks });
}

function post(path: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(app.url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

const REFUSED: readonly string[] = [
  "hook.example",
  "/hook",
  "ftp://hook.example/",
  "file:///etc/passwd",
  "https://user:pass@hook.example/",
  "https://user@hook.example/",
  `https://hook.example/${"long/".repeat(410)}`,
  "http://127.0.0.1/",
  "http://127.0.0.1:9847/v1/renders",
  "http://0x7f000001/",
  "http://localhost:3000/",
  "http://[::1]/",
  "http://[::ffff:10.0.0.1]/",
  "http://169.254.169.254/latest/meta-data",
  "https://10.0.0.1/",
];

it.each(REFUSED)("%s is refused at admission, by name of the field", async (callbackUrl) => {
  await open();
  const response = await post("/v1/renders", { html: "<p>", callbackUrl });
  expect(response.status).toBe(400);
  const problem = await jsonOf(response);
  expect(problem).toMatchObject({ code: "invalid-request", errors: [{ path: "callbackUrl" }] });
  expect(app.renders.submissions).toHaveLength(0);
  expect(await app.leftovers()).toEqual([]);
});

it("is refused in an upload too, and nothing of it is kept", async () => {
  await open();
  const form = new FormData();
  form.set("request", JSON.stringify({ callbackUrl: "http://127.0.0.1/" }));
  form.set("project", new Blob([randomBytes(1000)]), "project.tar.gz");
  const response = await fetch(`${app.url}/v1/renders`, { method: "POST", body: form });
  expect(response.status).toBe(400);
  expect(await jsonOf(response)).toMatchObject({ errors: [{ path: "callbackUrl" }] });
  expect(app.renders.submissions).toHaveLength(0);
  expect(await app.leftovers()).toEqual([]);
});

it.each([
  "https://hook.example/a?b=c#d",
  "http://hook.example:8080",
  "https://1.1.1.1/",
  "http://127.0.0.1:3000/",
])("%s is taken, by name, by a public address or from the list", async (callbackUrl) => {
  await open({ hosts: ["127.0.0.1:3000"] });
  expect((await post("/v1/renders", { html: "<p>", callbackUrl })).status).toBe(202);
  expect(app.renders.submissions[0]?.options.callbackUrl).toBe(callbackUrl);
});

it("without a secret to sign with, none is taken", async () => {
  await open({ hasSecret: false });
  const url = "https://hook.example/";
  for (const response of [
    await post("/v1/renders", { html: "<p>", callbackUrl: url }),
    await post("/v1/webhooks/test", { url }),
  ]) {
    expect(response.status).toBe(403);
    expect(await jsonOf(response)).toMatchObject({ code: "webhooks-not-allowed" });
  }
  expect((await post("/v1/renders", { html: "<p>" })).status).toBe(202);
});

it("a test sends a signed ping, and says that it was taken", async () => {
  await using hook = await startReceiver((_request, response) => response.writeHead(202).end());
  await open({ hosts: [`127.0.0.1:${hook.port}`] });
  const response = await post("/v1/webhooks/test", { url: `${hook.url}/hook` });
  expect(response.status).toBe(200);
  expect(await jsonOf(response)).toEqual({
    delivered: true,
    attempt: { at: expect.any(String), status: 202, ms: expect.any(Number), error: null },
  });
  const [request] = hook.received;
  if (!request) throw new Error("nothing came");
  expect(JSON.parse(request.body)).toEqual({
    id: request.headers["webhook-id"],
    event: "ping",
    at: expect.any(String),
    render: null,
  });
  expect(request.headers["webhook-signature"]).toBe(expectedSignature(SECRET, request));
});

it("a test says what was wrong with the receiver", async () => {
  await using broken = await startReceiver((_request, response) =>
    response.writeHead(500).end("secret words"),
  );
  await using silent = await startReceiver(() => undefined);
  const gone = await startReceiver(() => undefined);
  await gone[Symbol.asyncDispose]();
  await open({ hosts: [broken, silent, gone].map(({ port }) => `127.0.0.1:${port}`) });
  const results = [];
  for (const { url } of [broken, silent, gone]) {
    const { delivered, attempt } = await jsonOf(await post("/v1/webhooks/test", { url }));
    results.push([delivered, attempt]);
  }
  expect(results).toEqual([
    [false, expect.objectContaining({ status: 500, error: null })],
    [false, expect.objectContaining({ status: null, error: "timeout" })],
    [false, expect.objectContaining({ status: null, error: "ECONNREFUSED" })],
  ]);
  expect(JSON.stringify(results)).not.toContain("secret words");
});

it.each([{ url: "http://127.0.0.1/" }, { url: "nonsense" }, {}, { url: "https://a.example/", more: 1 }])(
  "a test of %j is a bad request",
  async (body) => {
    await open();
    const response = await post("/v1/webhooks/test", body);
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toMatchObject({ code: "invalid-request" });
  },
);

it("the deliveries of a render are listed, and those of an unknown one are not", async () => {
  const delivery: Delivery = {
    id: randomUUID(),
    event: "render.failed",
    url: "https://hook.example/",
    state: "failed",
    createdAt: new Date(0).toISOString(),
    deliveredAt: null,
    nextAt: null,
    attempts: [{ at: new Date(0).toISOString(), status: 410, ms: 3, error: null }],
  };
  await open({ deliveries: [delivery] });
  const { id } = await jsonOf(await post("/v1/renders", { html: "<p>" }));
  const response = await fetch(`${app.url}/v1/renders/${String(id)}/deliveries`);
  expect(await jsonOf(response)).toEqual({ deliveries: [delivery] });
  expect((await fetch(`${app.url}/v1/renders/nothing/deliveries`)).status).toBe(404);
});
