import type { ServerResponse } from "node:http";

import { WebhookSchema } from "@framewright/contract";
import { expect, it } from "vitest";

import { queueAttempt } from "../../src/webhooks/delivery-queue.ts";
import { enqueueDelivery } from "../../src/webhooks/enqueue.ts";
import { startReceiver } from "../outgoing/http-receiver.ts";
import { type Desk, expectedSignature, openDesk, SECRET } from "./deliveries-fixture.ts";

const SOON = { timeout: 10_000, interval: 20 };

type EndedRender = Awaited<ReturnType<Desk["endRender"]>>;

async function untilState(desk: Desk, render: EndedRender, state: string): Promise<void> {
  await expect.poll(async () => (await desk.deliveryOf(render)).state, SOON).toBe(state);
}

it("a render's end is posted once, signed, and noted as delivered", async () => {
  await using desk = await openDesk();
  await using hook = await startReceiver((_request, response) => response.writeHead(204).end());
  await desk.start({ hosts: [`127.0.0.1:${hook.port}`] });
  const render = await desk.endRender(`${hook.url}/hook?team=film`);
  await untilState(desk, render, "delivered");

  expect(hook.received).toHaveLength(1);
  const [request] = hook.received;
  if (!request) throw new Error("nothing came");
  expect(request.path).toBe("/hook?team=film");
  const sent = WebhookSchema.parse(JSON.parse(request.body));
  expect(sent).toEqual({
    id: request.headers["webhook-id"],
    event: "render.succeeded",
    at: render.finishedAt,
    render,
  });
  expect(request.headers["content-type"]).toBe("application/json");
  expect(request.headers["webhook-signature"]).toBe(expectedSignature(SECRET, request));
  const agoSeconds = Date.now() / 1000 - Number(request.headers["webhook-timestamp"]);
  expect(agoSeconds).toBeGreaterThanOrEqual(0);
  expect(agoSeconds).toBeLessThan(30);

  const delivery = await desk.deliveryOf(render);
  expect(delivery).toMatchObject({
    id: sent.id,
    event: "render.succeeded",
    url: `${hook.url}/hook?team=film`,
    nextAt: null,
  });
  expect(delivery.deliveredAt).not.toBeNull();
  expect(delivery.attempts).toEqual([
    { at: expect.any(String), status: 204, ms: expect.any(Number), error: null },
  ]);
  expect(JSON.stringify(desk.lines)).not.toContain("team=film");
});

it.each(["failed", "cancelled"] as const)("a render that %s is told as such", async (state) => {
  await using desk = await openDesk();
  await using hook = await startReceiver((_request, response) => response.end());
  await desk.start({ hosts: [`127.0.0.1:${hook.port}`] });
  await untilState(desk, await desk.endRender(hook.url, state), "delivered");
  expect(JSON.parse(hook.received[0]?.body ?? "")).toMatchObject({
    event: `render.${state}`,
    render: { state },
  });
});

it("a receiver that fails, cuts, redirects and is slow is told again, in the same words, until it takes it", async () => {
  await using desk = await openDesk();
  const answers = [
    (response: ServerResponse) => response.writeHead(500).end("no"),
    (response: ServerResponse) => response.destroy(),
    (response: ServerResponse) => response.writeHead(302, { location: "/elsewhere" }).end(),
    () => undefined,
  ];
  await using hook = await startReceiver((_request, response) => {
    const answer = answers.shift();
    if (answer) answer(response);
    else response.writeHead(200).end("thanks");
  });
  await desk.start({ hosts: [`127.0.0.1:${hook.port}`], timeoutMs: 500 });
  const render = await desk.endRender(hook.url);
  await untilState(desk, render, "delivered");

  const { attempts } = await desk.deliveryOf(render);
  expect(attempts.map(({ status, error }) => status ?? error)).toEqual([
    500,
    "ECONNRESET",
    302,
    "timeout",
    200,
  ]);
  expect(attempts[3]?.ms).toBeGreaterThanOrEqual(490);
  expect(hook.received).toHaveLength(5);
  expect(new Set(hook.received.map(({ path }) => path))).toEqual(new Set(["/"]));
  expect(new Set(hook.received.map(({ body }) => body)).size).toBe(1);
  expect(new Set(hook.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  for (const request of hook.received) {
    expect(request.headers["webhook-signature"]).toBe(expectedSignature(SECRET, request));
  }
}, 30_000);

it("a receiver that is gone is not told again", async () => {
  await using desk = await openDesk();
  await using hook = await startReceiver((_request, response) => response.writeHead(410).end());
  await desk.start({ hosts: [`127.0.0.1:${hook.port}`] });
  const render = await desk.endRender(hook.url);
  await untilState(desk, render, "failed");
  expect(await desk.deliveryOf(render)).toMatchObject({
    attempts: [{ status: 410 }],
    nextAt: null,
    deliveredAt: null,
  });
  expect(hook.received).toHaveLength(1);
});

it("gives up after twelve attempts, and says so in the log", async () => {
  await using desk = await openDesk();
  await using hook = await startReceiver((_request, response) => response.writeHead(503).end());
  await desk.start({ hosts: [`127.0.0.1:${hook.port}`], delaySeconds: () => 0 });
  const render = await desk.endRender(hook.url);
  await untilState(desk, render, "failed");
  const { id, attempts } = await desk.deliveryOf(render);
  expect(attempts).toHaveLength(12);
  expect(hook.received).toHaveLength(12);
  const line = desk.lines.find(({ msg }) => msg === "webhook failed");
  expect(line).toMatchObject({ level: 40, deliveryId: id, renderId: render.id, attempt: 12, status: 503 });
}, 30_000);

it("waits five seconds at first, and an hour at most", async () => {
  await using desk = await openDesk();
  await using hook = await startReceiver((_request, response) => response.writeHead(500).end());
  const secondsUntilNext = async (render: EndedRender) => {
    const { nextAt, attempts } = await desk.deliveryOf(render);
    return (Date.parse(nextAt ?? "") - Date.parse(attempts.at(-1)?.at ?? "")) / 1000;
  };
  const old = await desk.endRender(hook.url);
  const { id } = await desk.deliveryOf(old);
  // Eleven attempts have failed; the first one's job finds that it was made.
  await desk.database.query(
    `UPDATE framewright.deliveries SET attempts = (SELECT jsonb_agg('{}'::jsonb) FROM generate_series(1, 10)) WHERE id = $1`,
    [id],
  );
  await queueAttempt(desk.database, desk.boss, { deliveryId: id, attempt: 11, host: "h" }, 0);
  const fresh = await desk.endRender(hook.url);
  await desk.start({ hosts: [`127.0.0.1:${hook.port}`], delaySeconds: null });
  await expect.poll(() => hook.received.length, SOON).toBe(2);
  await expect.poll(async () => (await desk.deliveryOf(old)).attempts.length, SOON).toBe(11);
  await expect.poll(async () => (await desk.deliveryOf(fresh)).attempts.length, SOON).toBe(1);
  expect(await secondsUntilNext(fresh)).toBeGreaterThan(3.9);
  expect(await secondsUntilNext(fresh)).toBeLessThan(7);
  expect(await secondsUntilNext(old)).toBeGreaterThan(2_800);
  expect(await secondsUntilNext(old)).toBeLessThan(4_400);
});

it("many that cannot be delivered do not keep another from being delivered", async () => {
  await using desk = await openDesk();
  await using silent = await startReceiver(() => undefined);
  await using hook = await startReceiver((_request, response) => response.end());
  for (let index = 0; index < 30; index += 1) await desk.endRender(`${silent.url}/${index}`);
  await desk.start({ hosts: [`127.0.0.1:${silent.port}`, `127.0.0.1:${hook.port}`], timeoutMs: 20_000 });
  await expect.poll(() => silent.received.length, SOON).toBe(2);
  const startedAt = performance.now();
  const render = await desk.endRender(hook.url);
  await untilState(desk, render, "delivered");
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  expect(silent.received).toHaveLength(2);
}, 30_000);

it("what is under way when the service closes is no attempt, and another service makes it", async () => {
  await using desk = await openDesk();
  let isSilent = true;
  await using hook = await startReceiver((_request, response) => {
    if (!isSilent) response.end();
  });
  const hosts = [`127.0.0.1:${hook.port}`];
  const first = await desk.start({ hosts, timeoutMs: 20_000 });
  const render = await desk.endRender(hook.url);
  await expect.poll(() => hook.received.length, SOON).toBe(1);
  const startedAt = performance.now();
  await first.close();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(await desk.deliveryOf(render)).toMatchObject({ state: "pending", attempts: [] });
  isSilent = false;
  await desk.start({ hosts });
  await untilState(desk, render, "delivered");
  expect((await desk.deliveryOf(render)).attempts).toHaveLength(1);
});

it("two services deliver each of many once", async () => {
  await using desk = await openDesk();
  await using hook = await startReceiver((_request, response) => response.end());
  const hosts = [`127.0.0.1:${hook.port}`];
  const renders = await Promise.all(Array.from({ length: 20 }, () => desk.endRender(hook.url)));
  await Promise.all([desk.start({ hosts }), desk.start({ hosts })]);
  for (const render of renders) await untilState(desk, render, "delivered");
  expect(hook.received).toHaveLength(20);
  expect(new Set(hook.received.map(({ headers }) => headers["webhook-id"])).size).toBe(20);
}, 30_000);

it("an attempt that is in the queue twice is made once", async () => {
  await using desk = await openDesk();
  await using hook = await startReceiver((_request, response) => response.end());
  const render = await desk.endRender(hook.url);
  const { id: deliveryId } = await desk.deliveryOf(render);
  await desk.start({ hosts: [`127.0.0.1:${hook.port}`] });
  await untilState(desk, render, "delivered");
  await queueAttempt(desk.database, desk.boss, { deliveryId, attempt: 1, host: "h" }, 0);
  await expect.poll(() => desk.queued(), SOON).toBe(0);
  expect(hook.received).toHaveLength(1);
  expect((await desk.deliveryOf(render)).attempts).toHaveLength(1);
});

it("an address that is not allowed when it is sent gets nothing", async () => {
  await using desk = await openDesk();
  await using hook = await startReceiver((_request, response) => response.end());
  await desk.start({ hosts: [], delaySeconds: () => 60 });
  const render = await desk.endRender(hook.url);
  await expect.poll(async () => (await desk.deliveryOf(render)).attempts.length, SOON).toBe(1);
  expect(await desk.deliveryOf(render)).toMatchObject({
    state: "pending",
    attempts: [{ status: null, error: "address-not-allowed" }],
  });
  expect(hook.connections()).toBe(0);
});

it("nothing is sent of an end that was not stored, nor before the end, nor twice", async () => {
  await using desk = await openDesk();
  await using hook = await startReceiver((_request, response) => response.end());
  const render = await desk.endRender(hook.url);
  const again = { render, url: hook.url };
  await enqueueDelivery(desk.database, desk.boss, again);
  await enqueueDelivery(desk.database, desk.boss, { ...again, render: { ...render, state: "running" } });
  const rolledBack = desk.database.transaction(async (tx) => {
    await enqueueDelivery(tx, desk.boss, { ...again, render: { ...render, state: "failed" } });
    throw new Error("the end is not stored");
  });
  await expect(rolledBack).rejects.toThrow("the end is not stored");
  expect(await desk.queued()).toBe(1);
  await desk.start({ hosts: [`127.0.0.1:${hook.port}`] });
  await untilState(desk, render, "delivered");
  await expect.poll(() => desk.queued(), SOON).toBe(0);
  expect(await desk.list(render.id)).toHaveLength(1);
  expect(hook.received).toHaveLength(1);
});

it("what was to be told of a forgotten render is forgotten with it", async () => {
  await using desk = await openDesk();
  await using hook = await startReceiver((_request, response) => response.end());
  const render = await desk.endRender(hook.url);
  await desk.database.query("DELETE FROM framewright.renders WHERE id = $1", [render.id]);
  expect(await desk.list(render.id)).toEqual([]);
  await desk.start({ hosts: [`127.0.0.1:${hook.port}`] });
  await expect.poll(() => desk.queued(), SOON).toBe(0);
  expect(hook.received).toHaveLength(0);
});
