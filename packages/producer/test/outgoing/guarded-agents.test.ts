import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, it } from "vitest";

import { createGuard } from "../../src/outgoing/guard.ts";
import { guardedAgents } from "../../src/outgoing/guarded-agents.ts";
import { startReceiver } from "./http-receiver.ts";

async function listBuckets(endpoint: string, hosts: readonly string[]): Promise<unknown> {
  const { http, https } = guardedAgents(createGuard(hosts));
  const client = new S3Client({
    endpoint,
    region: "auto",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    requestHandler: { httpAgent: http, httpsAgent: https },
  });
  try {
    return await client.send(new ListBucketsCommand({}), { abortSignal: AbortSignal.timeout(5000) });
  } finally {
    client.destroy();
  }
}

it("an S3 client with guarded agents reaches a listed endpoint, and no other private one", async () => {
  await using store = await startReceiver((_request, response) =>
    response.writeHead(200, { "content-type": "application/xml" }).end("<ListAllMyBucketsResult/>"),
  );
  await expect(listBuckets(store.url, [])).rejects.toMatchObject({ code: "address-not-allowed" });
  expect(store.connections()).toBe(0);
  await listBuckets(store.url, [`127.0.0.1:${store.port}`]);
  expect(store.received).toHaveLength(1);
});
