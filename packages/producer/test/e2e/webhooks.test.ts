import { createHash, randomBytes } from "node:crypto";

import { DeliveryListSchema, RenderSchema, WebhookSchema } from "@framewright/contract";
import { expect, it } from "vitest";

import { startReceiver } from "../outgoing/http-receiver.ts";
import { expectedSignature } from "../webhooks/deliveries-fixture.ts";
import { call, post } from "./api.ts";
import { page } from "./pages.ts";
import { startTestProducer } from "./producer.ts";

const FILM = "fw_film";
const NEWS = "fw_news";
const entry = (tenant: string, key: string) => `${tenant}:${createHash("sha256").update(key).digest("hex")}`;
const as = (key: string) => ({ authorization: `Bearer ${key}` });

it("a tenant is told how its renders ended, and nobody else may see them", async () => {
  const secret = randomBytes(32);
  await using hook = await startReceiver((_request, response) => response.writeHead(204).end());
  await using service = await startTestProducer({
    PRODUCER_API_KEYS: [entry("film", FILM), entry("news", NEWS)].join(","),
    PRODUCER_WEBHOOK_SECRET: `whsec_${secret.toString("base64")}`,
    PRODUCER_OUTGOING_HOSTS: `127.0.0.1:${hook.port}`,
  });
  const submit = async (html: string, key: string) => {
    const headers = { ...as(key), "content-type": "application/json" };
    const answer = await post(
      service,
      "/v1/renders",
      { html, callbackUrl: `${hook.url}/${key}` },
      { headers },
    );
    expect(answer.status).toBe(202);
    return RenderSchema.parse(await answer.json());
  };
  expect((await post(service, "/v1/renders", { html: page() })).status).toBe(401);
  const [good, bad] = await Promise.all([submit(page(), FILM), submit(page({ duration: 0 }), NEWS)]);

  await expect.poll(() => hook.received.length, { timeout: 25_000 }).toBe(2);
  const told = new Map(
    hook.received.map((request) => {
      expect(request.headers["webhook-signature"]).toBe(expectedSignature(secret, request));
      return [request.path, WebhookSchema.parse(JSON.parse(request.body))];
    }),
  );
  expect(told.get(`/${FILM}`)).toMatchObject({
    event: "render.succeeded",
    render: { id: good.id, state: "succeeded", verdict: { passed: true } },
  });
  expect(told.get(`/${NEWS}`)).toMatchObject({
    event: "render.failed",
    render: { id: bad.id, state: "failed", problem: { code: "duration-invalid" } },
  });

  const read = (path: string, key: string) => call(service, path, { headers: as(key) });
  expect((await read(`/v1/renders/${good.id}/deliveries`, NEWS)).status).toBe(404);
  expect((await read(good.links.artifact, NEWS)).status).toBe(404);
  expect((await read(good.links.self, NEWS)).status).toBe(404);
  const stateOf = async () => {
    const answer = await read(`/v1/renders/${good.id}/deliveries`, FILM);
    return DeliveryListSchema.parse(await answer.json()).deliveries.map(({ state }) => state);
  };
  await expect.poll(stateOf, { timeout: 5_000 }).toEqual(["delivered"]);
}, 60_000);
