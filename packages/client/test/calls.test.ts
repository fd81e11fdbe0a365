import { openAsBlob } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { ProblemError, toProblem } from "@framewright/contract";
import { afterEach, describe, expect, it } from "vitest";

import { ClientError, createClient } from "../src/index.ts";
import { type FakeService, type Received, sampleRender, sendJson, startFakeService } from "./fake-service.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(answer: (request: Received, response: ServerResponse) => void): Promise<FakeService> {
  const service = await startFakeService(answer);
  closing.push(() => service.close());
  return service;
}

async function failureOf(promise: Promise<unknown>): Promise<ClientError> {
  const error: unknown = await promise.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ClientError);
  return error as ClientError;
}

describe("a header that cannot be sent", () => {
  it.each([
    ["a key of two lines", { apiKey: "fw_one\nfw_two" }, {}],
    ["a key with a typographic dash", { apiKey: "fw_one\u2013two" }, {}],
    ["an odd idempotency key", {}, { idempotencyKey: "fw_one\u2603" }],
  ])("is the caller's fault for %s, which is not told", async (_name, of, how) => {
    const service = await serve((_request, response) => sendJson(response, 202, sampleRender()));
    const client = createClient({ baseUrl: service.url, ...of });
    const error = await failureOf(client.submit({ html: "<p>" }, how));
    expect(error.problem).toMatchObject({ code: "request-invalid", owner: "caller", retryable: false });
    expect(inspect(error, { depth: null })).not.toContain("fw_one");
    expect(service.received).toEqual([]);
  });
});

describe("submit", () => {
  it("sends inline HTML as JSON, with the idempotency key and the client's headers", async () => {
    const service = await serve((_request, response) => sendJson(response, 202, sampleRender()));
    const client = createClient({ baseUrl: `${service.url}/`, headers: { "x-team": "film" } });
    const render = await client.submit({ html: "<p>", fps: "30000/1001" }, { idempotencyKey: "k1" });
    expect(render.id).toBe("r1");
    const [request] = service.received;
    expect(request).toMatchObject({ method: "POST", path: "/v1/renders" });
    expect(request?.headers).toMatchObject({
      "content-type": "application/json",
      "idempotency-key": "k1",
      "x-team": "film",
    });
    expect(JSON.parse(String(request?.body))).toEqual({ html: "<p>", fps: "30000/1001" });
  });

  it("uploads an archive from disk unchanged, after the options", async () => {
    const dir = await mkdtemp(join(tmpdir(), "client-test-"));
    closing.push(() => rm(dir, { recursive: true }));
    const bytes = Buffer.alloc(3_000_000, "framewright");
    await writeFile(join(dir, "p.tar.gz"), bytes);
    const service = await serve((_request, response) => sendJson(response, 202, sampleRender()));
    const archive = await openAsBlob(join(dir, "p.tar.gz"));
    await createClient({ baseUrl: service.url }).submit({ archive, entryFile: "a.html" });

    const [request] = service.received;
    const headers = { "content-type": String(request?.headers["content-type"]) };
    const form = await new Response(request?.body ?? null, { headers }).formData();
    expect([...form.keys()]).toEqual(["request", "project"]);
    expect(JSON.parse(form.get("request") as string)).toEqual({ entryFile: "a.html" });
    const project = form.get("project");
    expect(project).toBeInstanceOf(File);
    expect(Buffer.from(await (project as File).arrayBuffer()).equals(bytes)).toBe(true);
  });
});

describe("an API key", () => {
  it("goes with every request, a download's and a stream's included", async () => {
    const service = await serve((_request, response) => sendJson(response, 200, sampleRender()));
    const client = createClient({ baseUrl: service.url, apiKey: "fw_1", headers: { "x-team": "film" } });
    await client.get("r1");
    await client.submit({ html: "<p>" });
    const events = client.events("r1", { maxRetries: 0 })[Symbol.asyncIterator]();
    await expect(events.next()).rejects.toBeInstanceOf(ClientError);
    expect(service.received.length).toBeGreaterThanOrEqual(3);
    for (const { headers } of service.received) {
      expect(headers).toMatchObject({ authorization: "Bearer fw_1", "x-team": "film" });
    }
  });

  it("is not invented", async () => {
    const service = await serve((_request, response) => sendJson(response, 200, sampleRender()));
    await createClient({ baseUrl: service.url }).get("r1");
    expect(service.received[0]?.headers).not.toHaveProperty("authorization");
  });
});

describe("webhooks", () => {
  const attempt = { at: "2030-01-01T00:00:00.000Z", status: null, ms: 12, error: "ECONNREFUSED" };

  it("lists a render's deliveries", async () => {
    const delivery = {
      id: "d1",
      event: "render.failed",
      url: "https://hook.example/",
      state: "pending",
      createdAt: attempt.at,
      deliveredAt: null,
      nextAt: attempt.at,
      attempts: [attempt],
    };
    const service = await serve((_request, response) => sendJson(response, 200, { deliveries: [delivery] }));
    expect(await createClient({ baseUrl: service.url }).deliveries("a/b")).toEqual({
      deliveries: [delivery],
    });
    expect(service.received[0]?.path).toBe("/v1/renders/a%2Fb/deliveries");
  });

  it("sends a test, and returns also one that was not taken", async () => {
    const result = { delivered: false, attempt };
    const service = await serve((_request, response) => sendJson(response, 200, result));
    const url = "https://hook.example/";
    expect(await createClient({ baseUrl: service.url }).testWebhook(url)).toEqual(result);
    const [request] = service.received;
    expect(request).toMatchObject({ method: "POST", path: "/v1/webhooks/test" });
    expect(JSON.parse(String(request?.body))).toEqual({ url });
  });
});

describe("paths", () => {
  it("keeps a path prefix of the base URL and escapes ids and queries", async () => {
    const service = await serve((request, response) =>
      request.path.includes("?")
        ? sendJson(response, 200, { renders: [], nextCursor: null })
        : sendJson(response, 200, sampleRender()),
    );
    const client = createClient({ baseUrl: `${service.url}/video` });
    await client.get("a/b");
    await client.list({ limit: 5, state: "failed", cursor: "x=" });
    await client.cancel("r1");
    expect(service.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /video/v1/renders/a%2Fb",
      "GET /video/v1/renders?limit=5&cursor=x%3D&state=failed",
      "DELETE /video/v1/renders/r1",
    ]);
  });
});

describe("a call that fails", () => {
  it("throws the whole problem, and how long to wait", async () => {
    const sent = toProblem(new ProblemError("queue-full", "12 renders wait."), "q1");
    const service = await serve((_request, response) => {
      response.setHeader("retry-after", "7");
      sendJson(response, 429, sent);
    });
    const error = await failureOf(createClient({ baseUrl: service.url }).submit({ html: "<p>" }));
    expect(error.problem).toEqual(sent);
    expect(error.code).toBe("queue-full");
    expect(error.retryAfterMs).toBe(7000);
  });

  it("makes a problem of a proxy's error page", async () => {
    const service = await serve((_request, response) => response.writeHead(502).end("<h1>Bad Gateway</h1>"));
    const { problem } = await failureOf(createClient({ baseUrl: service.url }).get("r1"));
    expect(problem).toMatchObject({
      code: "unexpected-status",
      status: 502,
      retryable: true,
      owner: "system",
      detail: "It begins: <h1>Bad Gateway</h1>",
    });
  });

  it.each([
    ["of another shape", JSON.stringify({ ok: true })],
    ["that is not JSON", "<html>"],
  ])("refuses an answer %s", async (_name, body) => {
    const service = await serve((_request, response) => response.end(body));
    const error = await failureOf(createClient({ baseUrl: service.url }).get("r1"));
    expect(error.code).toBe("response-invalid");
  });

  it("ends at its deadline when the service never answers", async () => {
    const service = await serve(() => undefined);
    const startedAt = performance.now();
    const error = await failureOf(createClient({ baseUrl: service.url }).get("r1", { timeoutMs: 200 }));
    expect(error.code).toBe("request-timeout");
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it("ends at its deadline when the body never ends", async () => {
    const service = await serve((_request, response) => response.writeHead(200).write('{"id":'));
    const error = await failureOf(createClient({ baseUrl: service.url }).get("r1", { timeoutMs: 200 }));
    expect(error.code).toBe("request-timeout");
  });

  it("throws the reason of the caller's signal", async () => {
    const service = await serve(() => undefined);
    const reason = new Error("no longer wanted");
    const call = createClient({ baseUrl: service.url }).get("r1", { signal: abortSoon(reason) });
    await expect(call).rejects.toBe(reason);
  });

  it("says that nothing listens", async () => {
    const service = await startFakeService(() => undefined);
    await service.close();
    const error = await failureOf(createClient({ baseUrl: service.url }).queue());
    expect(error.problem).toMatchObject({ code: "connection-failed", owner: "system", retryable: true });
    expect(error.message).toContain("ECONNREFUSED");
  });
});

function abortSoon(reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 50);
  return controller.signal;
}
