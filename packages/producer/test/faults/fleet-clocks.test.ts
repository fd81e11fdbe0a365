import { glob } from "node:fs/promises";

import { expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { plan, submit } from "../e2e/api.ts";
import { expectFrames, midChunk, openFleet, TEST_MS, warningsOf } from "./fleet.ts";
import { framesOf, slowPage } from "./slow-pages.ts";

const TWO = { chunks: 2 } as const;
/** From the start of the second chunk on: each takes some 15 s. */
const DONE_WITHIN_MS = 60_000;

/** The library that shows another time to a process; Debian's package faketime has it. */
async function findFaketime(): Promise<string | null> {
  for await (const path of glob("/usr/lib/*/faketime/libfaketimeMT.so.1")) return path;
  return null;
}

test.for([
  ["a", "ahead", "+1h", {}],
  // Its render workers have the true clock here, by which an hour less is left of any deadline.
  ["b", "behind", "-1h", { PRODUCER_RENDER_TIMEOUT_SECONDS: "7200" }],
] as const)(
  "F51%s: the clock of a second worker is an hour %s (needs faketime)",
  { timeout: TEST_MS },
  async ([, , offset, env], context) => {
    const library = await findFaketime();
    if (library === null) return context.skip("faketime is not installed");
    const fleet = await openFleet(context);
    const [api, first] = await Promise.all([fleet.start("api", env), fleet.start("worker", env)]);
    const { id } = await submit(api, { html: slowPage({ ...TWO, frameMs: 200 }) });
    await midChunk(fleet, first, id);
    // With a place that stays free: it would take what it could.
    const second = await fleet.start("worker", {
      ...env,
      PRODUCER_WORKERS: "2",
      LD_PRELOAD: library,
      FAKETIME: offset,
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    });
    await midChunk(fleet, second, id);
    const startedAt = performance.now();
    expect(warningsOf(await expectFrames(fleet, api, id, framesOf(TWO)))).toEqual([]);
    const tookMs = performance.now() - startedAt;
    const attempts = await fleet.attempts(id);
    expect(attempts.map(({ attempt, ended }) => [attempt, ended])).toEqual(attempts.map(() => [0, "done"]));
    const chunks = attempts.filter(({ kind }) => kind === "chunk");
    expect(new Set(chunks.map(({ pid }) => pid))).toEqual(new Set([first.pid, second.pid]));

    await first.end("SIGTERM");
    const alone = slowPage(TWO);
    expect((await plan(api, { html: alone })).problem).toBeNull();
    const next = await submit(api, { html: alone });
    expect(warningsOf(await expectFrames(fleet, api, next.id, framesOf(TWO)))).toEqual([]);
    expectRecovery(context, tookMs, DONE_WITHIN_MS);
  },
);
