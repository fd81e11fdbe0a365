import { expect, test } from "vitest";

import { submit, waitForRender } from "../e2e/api.ts";
import { page } from "../e2e/pages.ts";
import { startTestProducer } from "../e2e/producer.ts";
import { startFaultProxy } from "./fault-proxy.ts";
import { sha256 } from "./files.ts";
import { BUCKET, startS3rver } from "./s3-servers.ts";

test("a service keeps its files in S3, of which every fifth request fails", { timeout: 90_000 }, async () => {
  await using server = await startS3rver();
  await using proxy = await startFaultProxy(server.url);
  process.env["AWS_ACCESS_KEY_ID"] = server.credentials.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = server.credentials.secretAccessKey;
  await using service = await startTestProducer({
    PRODUCER_STORE_URL: `s3://${BUCKET}/fleet`,
    PRODUCER_S3_ENDPOINT: proxy.url,
    PRODUCER_S3_REDIRECT: "true",
  });
  proxy.fault = () => (proxy.seen.length % 5 === 0 ? "500" : "none");
  const { id } = await submit(service, { html: page() });
  const { state, problem, artifact, links } = await waitForRender(service, id);
  expect([state, problem]).toEqual(["succeeded", null]);
  const stored = proxy.seen.filter(({ method, status }) => method === "PUT" && status === 200);
  expect(new Set(stored.map(({ url }) => url.split("/")[3]))).toEqual(
    new Set(["snapshots", "chunks", "renders"]),
  );
  expect(stored.every(({ url }) => url.startsWith(`/${BUCKET}/fleet/`))).toBe(true);
  expect(proxy.seen.some(({ status }) => status === 500)).toBe(true);

  proxy.fault = () => "none";
  const ask = (query: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${service.url}${links.artifact}${query}`, { ...init, signal: AbortSignal.timeout(20_000) });
  const followed = await ask("");
  expect(followed.url.startsWith(proxy.url)).toBe(true);
  const whole = Buffer.from(await followed.arrayBuffer());
  expect([whole.length, sha256(whole)]).toEqual([artifact?.bytes, artifact?.sha256]);
  const part = await ask("?download=0", { headers: { range: "bytes=10-109" } });
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(10, 110))).toBe(true);
});
