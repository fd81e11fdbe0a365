import { expect, inject, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { submit } from "../e2e/api.ts";
import {
  begunElsewhere,
  eventually,
  expectFrames,
  LEASE_MS,
  midChunk,
  openFleet,
  TEST_MS,
  untilIdle,
  warningsOf,
} from "./fleet.ts";
import { forwardTo, openNamespace } from "./network-namespace.ts";
import { framesOf, slowPage } from "./slow-pages.ts";

const TWO = { chunks: 2 } as const;
const FOUR = { chunks: 4 } as const;
/** As after an outage of the database. */
const BACK_WITHIN_MS = 20_000;

/** The same database, by TCP. */
function through(url: string, host: string, port: number): string {
  return `postgres://framewright@${host}:${port}${new URL(url).pathname}`;
}

test(
  "F49: a worker that lives is cut off from the database (needs root and ip)",
  { timeout: TEST_MS },
  async (context) => {
    const network = await openNamespace();
    if (network === null) return context.skip("a network namespace cannot be made here");
    context.onTestFinished(() => network[Symbol.asyncDispose]());
    const forwarder = await forwardTo(`${inject("postgresSocketDir")}/.s.PGSQL.5432`, network.address);
    context.onTestFinished(() => forwarder.close());
    const fleet = await openFleet(context);
    const url = through(fleet.databaseUrl, network.address, forwarder.port);
    const [api, far, near] = await Promise.all([
      fleet.start("api"),
      fleet.start("worker", { DATABASE_URL: url }, network.through),
      fleet.start("worker"),
    ]);

    const { id } = await submit(api, { html: slowPage({ ...TWO, frameMs: 200 }) });
    const chunk = await midChunk(fleet, far, id);
    await network.cut();
    const startedAt = performance.now();
    await untilIdle([far], 2 * LEASE_MS);
    const abortedMs = performance.now() - startedAt;
    // Nobody else had it before it was let go.
    expect((await fleet.attempts(id)).filter(({ job }) => job === chunk.job)).toHaveLength(1);
    await begunElsewhere(fleet, id, chunk);
    expect(warningsOf(await expectFrames(fleet, api, id, framesOf(TWO)))).toEqual([]);
    const done = await fleet.attempts(id);
    expect(done.find(({ kind }) => kind === "assemble")?.pid).toBe(near.pid);
    expect(far.child.exitCode).toBeNull();

    await network.mend();
    const next = await submit(api, { html: slowPage(FOUR) });
    await eventually(
      "the worker takes work again",
      async () => (await fleet.attempts(next.id)).some(({ pid }) => pid === far.pid),
      BACK_WITHIN_MS,
    );
    await expectFrames(fleet, api, next.id, framesOf(FOUR));
    expectRecovery(context, abortedMs, LEASE_MS);
  },
);
