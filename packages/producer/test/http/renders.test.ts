import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { PLAN, PROGRESS, succeed } from "./fake-renders.ts";
import { eventually, jsonOf, postJson, readText, startApp, type TestApp } from "./start-app.ts";

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.stop());

const HTML = { html: "<p>hello</p>" };

async function submit(): Promise<string> {
  return String((await jsonOf(await postJson(`${app.url}/v1/renders`, HTML)))["id"]);
}

describe("POST /v1/renders", () => {
  it("admits inline HTML with 202 and its place", async () => {
    const response = await postJson(`${app.url}/v1/renders`, { ...HTML, fps: "30000/1001", width: 640 });
    const { id } = await jsonOf(response);
    expect(response.status).toBe(202);
    expect(response.headers.get("location")).toBe(`/v1/renders/${String(id)}`);
    expect(app.renders.submissions[0]).toMatchObject({
      options: { fps: "30000/1001", width: 640 },
      snapshot: { source: "html" },
      requestId: response.headers.get("x-request-id"),
    });
    expect(app.renders.submissions[0]?.options).not.toHaveProperty("html");
  });

  it("admits a project directory", async () => {
    const response = await postJson(`${app.url}/v1/renders`, { projectDir: "a", entryFile: "b.html" });
    expect(response.status).toBe(202);
    expect(app.renders.submissions[0]).toMatchObject({
      snapshot: { source: "projectDir" },
      options: { entryFile: "b.html" },
    });
  });

  it.each([
    [{ ...HTML, fps: 241 }, "fps-out-of-range"],
    [{ ...HTML, fps: "1/2" }, "fps-out-of-range"],
    [{ ...HTML, width: 15 }, "size-invalid"],
    [{ ...HTML, height: 7682 }, "size-invalid"],
    [{ ...HTML, width: 641 }, "size-odd"],
  ])("refuses %j with %s before anything is submitted", async (body, code) => {
    const response = await postJson(`${app.url}/v1/renders`, body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code });
    expect(app.renders.submissions).toHaveLength(0);
    expect(await app.leftovers()).toEqual([]);
  });

  it("refuses a full queue with 429 and Retry-After", async () => {
    app.renders.room = false;
    const response = await postJson(`${app.url}/v1/renders`, HTML);
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("7");
    expect(await response.json()).toMatchObject({ code: "queue-full", retryable: true });
  });

  it("gives the same render for the same key, however the JSON is written, also while the queue is full", async () => {
    const headers = { "idempotency-key": "k-1" };
    const first = await postJson(`${app.url}/v1/renders`, '{"html":"<p>x</p>","fps":30}', headers);
    app.renders.room = false;
    const second = await postJson(`${app.url}/v1/renders`, '{ "fps": 30, "html": "<p>x</p>" }', headers);
    expect(first.status).toBe(202);
    expect(first.headers.has("idempotency-replayed")).toBe(false);
    expect(second.status).toBe(200);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect((await jsonOf(second))["id"]).toBe((await jsonOf(first))["id"]);
    const third = await postJson(`${app.url}/v1/renders`, { html: "<p>y</p>" }, headers);
    expect(third.status).toBe(409);
  });

  it.each(["a b", "x".repeat(256)])("refuses an unusable idempotency key", async (key) => {
    const response = await postJson(`${app.url}/v1/renders`, HTML, { "idempotency-key": key });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ path: "idempotency-key" }] });
  });
});

describe("renders", () => {
  it("are read, listed and cancelled", async () => {
    const id = await submit();
    expect(await (await fetch(`${app.url}/v1/renders/${id}`)).json()).toMatchObject({ id, state: "queued" });
    const list = await jsonOf(await fetch(`${app.url}/v1/renders?limit=1&state=queued`));
    expect(list["renders"]).toHaveLength(1);
    const cancelled = await fetch(`${app.url}/v1/renders/${id}`, { method: "DELETE" });
    expect(await cancelled.json()).toMatchObject({ state: "cancelled" });
    expect((await fetch(`${app.url}/v1/renders/${id}`, { method: "DELETE" })).status).toBe(409);
    expect((await fetch(`${app.url}/v1/renders/none`)).status).toBe(404);
  });

  it.each(["limit=0", "limit=101", "limit=x", "state=done", "cursor="])(
    "refuses a list by %s",
    async (query) => {
      const response = await fetch(`${app.url}/v1/renders?${query}`);
      expect(response.status).toBe(400);
      expect((await jsonOf(response))["errors"]).toHaveLength(1);
    },
  );

  it("serve their artifact, whole or by its head, to save or to show", async () => {
    const id = await submit();
    const url = `${app.url}/v1/renders/${id}/artifact`;
    expect((await fetch(url)).status).toBe(409);
    succeed(app.renders, id);
    const response = await fetch(url);
    expect(await response.text()).toBe("video");
    expect(response.headers.get("content-disposition")).toBe("attachment");
    expect(response.headers.get("x-request-id")).toBeTruthy();
    const head = await fetch(`${url}?download=0`, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe("5");
    expect(head.headers.get("content-disposition")).toBe("inline");
  });

  it("show the queue", async () => {
    expect(await (await fetch(`${app.url}/v1/queue`)).json()).toMatchObject({
      queued: 3,
      running: 2,
      limit: 100,
    });
  });
});

describe("events", () => {
  it("come with ids and types, and end after `finished`", async () => {
    const id = await submit();
    const response = await fetch(`${app.url}/v1/renders/${id}/events`);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    app.renders.emit(id, { type: "state", state: "running" });
    app.renders.emit(id, { type: "progress", progress: { ...PROGRESS, stage: "capture" } });
    succeed(app.renders, id);
    const text = await readText(response);
    expect(text.match(/^id: \d+$/gm)).toEqual(["id: 1", "id: 2", "id: 3"]);
    expect(text.match(/^event: .+$/gm)).toEqual(["event: state", "event: progress", "event: finished"]);
  });

  it.each([
    ["header", "", { "last-event-id": "1" }],
    ["query", "?lastEventId=1", {}],
  ])(
    "resume after the last one seen, named by the %s",
    async (_where, query, headers: Record<string, string>) => {
      const id = await submit();
      app.renders.emit(id, { type: "state", state: "running" });
      succeed(app.renders, id);
      const text = await readText(await fetch(`${app.url}/v1/renders/${id}/events${query}`, { headers }));
      expect(text.match(/^id: \d+$/gm)).toEqual(["id: 2"]);
    },
  );

  it("refuse a last event that is no id, and a render that is not there", async () => {
    const id = await submit();
    expect((await fetch(`${app.url}/v1/renders/${id}/events?lastEventId=x`)).status).toBe(400);
    const missing = await fetch(`${app.url}/v1/renders/none/events`);
    expect(missing.status).toBe(404);
    expect(missing.headers.get("content-type")).toBe("application/problem+json");
  });

  it("end without a word when their source fails, and the log knows why", async () => {
    const id = await submit();
    app.renders.eventsFail = new Error("secret /home/x");
    const text = await readText(await fetch(`${app.url}/v1/renders/${id}/events`));
    expect(text).not.toContain("secret");
    expect(JSON.stringify(app.lines)).toContain("secret /home/x");
  });

  it("are followed for nobody who asks for their head alone", async () => {
    const id = await submit();
    const url = `${app.url}/v1/renders/${id}/events`;
    const response = await fetch(url, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    // Whoever follows now has come later, so that the first would be among them.
    const abort = new AbortController();
    await fetch(url, { signal: abort.signal });
    await eventually(() => app.renders.followers > 0, "a follower");
    expect(app.renders.followers).toBe(1);
    abort.abort();
    expect((await fetch(`${app.url}/v1/renders/none/events`, { method: "HEAD" })).status).toBe(404);
  });

  it("are no longer followed once the client is gone", async () => {
    const id = await submit();
    const abort = new AbortController();
    await fetch(`${app.url}/v1/renders/${id}/events`, { signal: abort.signal });
    await eventually(() => app.renders.followers === 1, "a follower");
    abort.abort();
    await eventually(() => app.renders.followers === 0, "no follower");
    expect(app.renders.cancelled).toEqual([]);
  });
});

describe("POST /v1/plans", () => {
  it("answers the plan", async () => {
    const response = await postJson(`${app.url}/v1/plans`, HTML);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(PLAN);
  });

  it("is cancelled when the client disconnects", async () => {
    let signal: AbortSignal | undefined;
    app.renders.planning = (given) => {
      signal = given;
      return new Promise((_, reject) => given.addEventListener("abort", () => reject(new Error("gone"))));
    };
    const abort = new AbortController();
    const pending = fetch(`${app.url}/v1/plans`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(HTML),
      signal: abort.signal,
    }).catch(() => undefined);
    await eventually(() => signal !== undefined, "a plan under way");
    abort.abort();
    await pending;
    await eventually(() => signal?.aborted === true, "the plan cancelled");
  });
});
