import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { RenderSchema } from "@framewright/contract";
import pino from "pino";
import { expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { createDatabase } from "../../src/postgres/database.ts";
import { openQueue } from "../../src/queue/open-queue.ts";
import { queueName } from "../../src/queue/work.ts";
import { call, post, submit } from "../e2e/api.ts";
import { expectFrames, healthOf, openFleet, TEST_MS } from "./fleet.ts";
import { framesOf, slowPage } from "./slow-pages.ts";

const POSTS = 100;
const ANSWERED_WITHIN_MS = 10_000;

test(
  "F53: 100 requests at once with one key, to two machines, are one render",
  { timeout: TEST_MS },
  async (context) => {
    const fleet = await openFleet(context);
    const apis = await Promise.all([fleet.start("api"), fleet.start("api")]);
    const body = { html: slowPage({ chunks: 1 }) };
    const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
    const startedAt = performance.now();
    const answers = await Promise.all(
      Array.from({ length: POSTS / 2 }, () =>
        apis.map((api) => post(api, "/v1/renders", body, { headers })),
      ).flat(),
    );
    const tookMs = performance.now() - startedAt;
    const renders = await Promise.all(answers.map(async (each) => RenderSchema.parse(await each.json())));
    expect(renders).toHaveLength(POSTS);
    expect(new Set(renders.map(({ id }) => id)).size).toBe(1);
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => b - a);
    expect(statuses).toEqual([202, ...Array.from({ length: POSTS - 1 }, () => 200)]);
    expect(await fleet.query("SELECT id FROM framewright.renders")).toEqual([{ id: renders[0]?.id }]);
    expect(
      await fleet.query(
        "SELECT data ->> 'kind' AS kind FROM pgboss.job WHERE data ->> 'renderId' IS NOT NULL",
      ),
    ).toEqual([{ kind: "plan" }]);
    expectRecovery(context, tookMs, ANSWERED_WITHIN_MS);
  },
);

const ONE = { chunks: 1 } as const;
const DONE_WITHIN_MS = 30_000;
/** Long enough for what untouched work would do to readiness, and for leases to be looked at. */
const LOOKED_AT_MS = 5_000;

/** Puts work into a queue of a later version, as a later version would: in its own queue, of a kind not known today. */
async function addNewer(url: string, id: string): Promise<string> {
  const name = queueName("renders", "default").replace(/\.v\d+\//, ".v999/");
  expect(name).not.toBe(queueName("renders", "default"));
  const database = createDatabase({ connection: { connectionString: url }, onWarning: () => undefined });
  try {
    await database.ready;
    const queue = await openQueue(database, pino({ level: "silent" }));
    await queue.boss.createQueue(name, { heartbeatSeconds: 10, retryLimit: 5 });
    await queue.boss.insert(name, [{ id, data: { kind: "of-a-later-version", renderId: randomUUID() } }]);
    await queue.close();
  } finally {
    await database.close();
  }
  return name;
}

test("F56: work of a later version waits in the same database", { timeout: TEST_MS }, async (context) => {
  const fleet = await openFleet(context);
  const job = randomUUID();
  const name = await addNewer(fleet.databaseUrl, job);
  const [api, worker] = await Promise.all([
    fleet.start("api"),
    fleet.start("worker", { PRODUCER_UNTOUCHED_SECONDS: "1" }),
  ]);
  const startedAt = performance.now();
  const { id } = await submit(api, { html: slowPage(ONE) });
  await expectFrames(fleet, api, id, framesOf(ONE));
  const tookMs = performance.now() - startedAt;
  await sleep(LOOKED_AT_MS);
  const waiting = await fleet.query(
    "SELECT name, state, retry_count, started_on, output FROM pgboss.job WHERE id = $1",
    [job],
  );
  expect(waiting).toEqual([{ name, state: "created", retry_count: 0, started_on: null, output: null }]);
  expect(await fleet.query("SELECT * FROM framewright.attempts WHERE job_id = $1", [job])).toEqual([]);
  expect((await call(await healthOf(worker), "/readyz")).status).toBe(200);
  expectRecovery(context, tookMs, DONE_WITHIN_MS);
});
