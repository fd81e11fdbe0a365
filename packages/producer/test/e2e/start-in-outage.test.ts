import { expect, test } from "vitest";

import { openProxied } from "../postgres/proxied.ts";
import { createTestDatabase } from "../postgres/test-database.ts";
import { openFolder } from "./machine.ts";
import { FROM_SOURCE, startProducerProcess } from "./producer-process.ts";

/** Two connections see to the tables; then the parts of the service come one after the other. */
const FIRST_OF_PARTS = 3;
const OUTAGE_MS = 2_000;

test("a service whose database goes away in mid-start waits for it", { timeout: 60_000 }, async () => {
  await using fresh = await createTestDatabase();
  let endsAt = Infinity;
  let refused = 0;
  await using proxied = await openProxied(fresh.url, (connection) => {
    if (connection === FIRST_OF_PARTS) endsAt = performance.now() + OUTAGE_MS;
    const isOut = connection >= FIRST_OF_PARTS && performance.now() < endsAt;
    if (isOut) refused += 1;
    return !isOut;
  });
  await using folder = await openFolder();
  const env = { DATABASE_URL: proxied.url, PRODUCER_ROLE: "api" };
  await using service = await startProducerProcess(FROM_SOURCE, folder.dir, env);
  expect(refused).toBeGreaterThan(1);
  await expect
    .poll(async () => (await fetch(`${service.healthUrl}/readyz`)).status, { timeout: 5_000 })
    .toBe(200);
  expect(await service.end("SIGTERM")).toBe(0);
});
