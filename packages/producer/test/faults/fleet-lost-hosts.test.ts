import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { readEvents, submit } from "../e2e/api.ts";
import {
  begunElsewhere,
  eventually,
  expectFrames,
  LEASE_MS,
  midChunk,
  openThree,
  TEST_MS,
  warningsOf,
} from "./fleet.ts";
import { framesOf, slowPage } from "./slow-pages.ts";

/** A lease, and the time to find that it has run out. */
const ELSEWHERE_WITHIN_MS = LEASE_MS + 2_000;
const TWO = { chunks: 2 } as const;

test("F48: a worker's process is killed in mid-chunk", { timeout: TEST_MS }, async (context) => {
  const { fleet, api, workers } = await openThree(context);
  const [lost] = workers;
  const { id } = await submit(api, { html: slowPage(TWO) });
  const chunk = await midChunk(fleet, lost, id);
  const startedAt = performance.now();
  await lost.end("SIGKILL");
  await begunElsewhere(fleet, id, chunk);
  expectRecovery(context, performance.now() - startedAt, ELSEWHERE_WITHIN_MS);
  expect(warningsOf(await expectFrames(fleet, api, id, framesOf(TWO)))).toEqual([]);
});

test(
  "F50: work that is done twice, because its first owner was stopped meanwhile",
  { timeout: TEST_MS },
  async (context) => {
    const { fleet, api, workers } = await openThree(context);
    const [late] = workers;
    const { id } = await submit(api, { html: slowPage(TWO) });
    const chunk = await midChunk(fleet, late, id);
    const startedAt = performance.now();
    process.kill(late.pid, "SIGSTOP");
    const second = await begunElsewhere(fleet, id, chunk);
    const tookMs = performance.now() - startedAt;
    // The browser and the encoder of the stopped process have long finished.
    await sleep(1_000);
    process.kill(late.pid, "SIGCONT");
    await eventually("the late work is let go", async () => late.log().includes("work let go"));
    await expectFrames(fleet, api, id, framesOf(TWO));
    const all = await fleet.attempts(id);
    const states = all.filter(({ job }) => job === chunk.job).map(({ attempt, ended }) => [attempt, ended]);
    expect(states).toEqual([
      [chunk.attempt, expect.not.stringMatching("done")],
      [second.attempt, "done"],
    ]);
    expect(all.filter(({ kind }) => kind === "assemble")).toMatchObject([{ attempt: 0, ended: "done" }]);
    const files = await fleet.query("SELECT key FROM framewright.chunk_files WHERE key LIKE $1", [
      `%/${chunk.job}-%`,
    ]);
    expect(files).toEqual([{ key: expect.stringContaining(`/${chunk.job}-${second.attempt}.mp4`) }]);
    const events = await readEvents(api, id);
    expect(events.filter(({ event }) => event.type === "finished")).toHaveLength(1);
    expectRecovery(context, tookMs, ELSEWHERE_WITHIN_MS);
  },
);
