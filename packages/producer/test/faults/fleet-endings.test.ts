import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { ReadinessSchema, RenderSchema } from "@framewright/contract";
import { expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { call, getRender, type Service, submit, waitForRender } from "../e2e/api.ts";
import { expectQuiet } from "../e2e/leftovers.ts";
import {
  begunElsewhere,
  captures,
  eventually,
  expectFrames,
  type Fleet,
  healthOf,
  midChunk,
  openThree,
  TEST_MS,
  untilIdle,
  warningsOf,
} from "./fleet.ts";
import { note } from "./footprint.ts";
import { CHUNK_FRAMES, framesOf, slowPage } from "./slow-pages.ts";

const FAILED_WITHIN_MS = 5_000;
const CANCELLED_WITHIN_MS = 2_000;
const TWO = { chunks: 2 } as const;

function cancel(api: Service, id: string): Promise<Response> {
  return call(api, `/v1/renders/${id}`, { method: "DELETE" });
}

/** What of a render's work the queue still holds for somebody to do. */
function workLeft(fleet: Fleet, id: string) {
  return fleet.query(
    "SELECT data, state FROM pgboss.job WHERE data ->> 'renderId' = $1 AND state NOT IN ('completed', 'cancelled', 'failed')",
    [id],
  );
}

test("F52: a chunk fails for good", { timeout: TEST_MS }, async (context) => {
  const { fleet, api, workers } = await openThree(context);
  const html = slowPage({ ...TWO, frameMs: 100, throwsAt: CHUNK_FRAMES + 5 });
  const { id } = await submit(api, { html });
  const render = await waitForRender(api, id);
  await untilIdle(workers, CANCELLED_WITHIN_MS);
  expect(render).toMatchObject({ state: "failed", problem: { code: "page-script-failed" } });
  const chunks = (await fleet.attempts(id)).filter(({ kind }) => kind === "chunk");
  expect(new Set(chunks.map(({ pid }) => pid)).size).toBe(2);
  expect(chunks.find(({ ended }) => ended === "failed")?.index).toBe(1);
  expect(await workLeft(fleet, id)).toEqual([]);
  const thrownAt = Number(/thrown at (\d+)/.exec(render.problem?.detail ?? "")?.[1]);
  expectRecovery(context, Date.parse(render.finishedAt ?? "") - thrownAt, FAILED_WITHIN_MS);
});

test(
  "F54a: a render is cancelled whose chunks run on two other machines",
  { timeout: TEST_MS },
  async (context) => {
    const { fleet, api, workers } = await openThree(context);
    const { id } = await submit(api, { html: slowPage({ ...TWO, frameMs: 200 }) });
    for (const worker of workers) await midChunk(fleet, worker, id);
    const answer = await cancel(api, id);
    expect(answer.status).toBe(200);
    const tookMs = await untilIdle(workers, 5 * CANCELLED_WITHIN_MS);
    expect((await getRender(api, id)).state).toBe("cancelled");
    expect(await workLeft(fleet, id)).toEqual([]);
    expectRecovery(context, tookMs, CANCELLED_WITHIN_MS);
  },
);

const CANCELS = 50;
const STAGES = ["queued", "plan", "capture", "assemble", "verify", "done"] as const;
/** At most so far into the stage. */
const INTO_MS = 400;

/** Waits until a render is in a stage, or has gone past it. */
function reached(api: Service, id: string, stage: (typeof STAGES)[number]): Promise<true> {
  return eventually(stage, async () => {
    const { progress, problem } = await getRender(api, id);
    expect(problem).toBeNull();
    return STAGES.indexOf(progress.stage) >= STAGES.indexOf(stage);
  });
}

test("F54b: 50 renders are cancelled, at every stage", { timeout: 600_000 }, async (context) => {
  const { fleet, api, workers } = await openThree(context);
  const stages: Record<string, number> = {};
  const times: number[] = [];
  for (let tries = 0; times.length < CANCELS && tries < 2 * CANCELS; tries += 1) {
    const { id } = await submit(api, { html: slowPage({ ...TWO, frameMs: 1 }) });
    const stage = STAGES[tries % 5] ?? "queued";
    await reached(api, id, stage);
    if (stage !== "queued") await sleep(Math.random() * INTO_MS);
    const startedAt = performance.now();
    const answer = await cancel(api, id);
    // It has just finished.
    if (answer.status === 409) continue;
    const { state, progress } = RenderSchema.parse(await answer.json());
    expect(state).toBe("cancelled");
    await untilIdle(workers, 5 * CANCELLED_WITHIN_MS);
    times.push(performance.now() - startedAt);
    stages[progress.stage] = (stages[progress.stage] ?? 0) + 1;
    expect(await workLeft(fleet, id)).toEqual([]);
  }
  note(`cancelled at: ${JSON.stringify(stages)}`);
  expect(times).toHaveLength(CANCELS);
  expect(Object.keys(stages).length).toBeGreaterThan(2);
  for (const { pid, dataDir } of workers) await expectQuiet(pid, dataDir);
  const open = await fleet.query("SELECT * FROM framewright.renders WHERE finished_at IS NULL");
  expect(open).toEqual([]);
  expectRecovery(context, Math.max(...times), CANCELLED_WITHIN_MS);
});

/** As it is unless it is set. */
const DRAIN_SECONDS = 25;
const DRAIN_MS = DRAIN_SECONDS * 1_000;
const ONE = { chunks: 1 } as const;

test("F55: SIGTERM reaches a worker in mid-chunk", { timeout: TEST_MS }, async (context) => {
  const { fleet, api, workers } = await openThree(context, {
    PRODUCER_DRAIN_SECONDS: String(DRAIN_SECONDS),
  });
  // Longer than the drain.
  const { id } = await submit(api, { html: slowPage({ ...ONE, frameMs: 450 }) });
  const [leaving, chunk] = await Promise.any(
    workers.map(async (worker) => [worker, await midChunk(fleet, worker, id)] as const),
  );
  const health = await healthOf(leaving);
  const startedAt = performance.now();
  const exit = once(leaving.child, "exit", { signal: AbortSignal.timeout(2 * DRAIN_MS) });
  leaving.child.kill("SIGTERM");
  const readiness = await eventually("it is not ready", async () => {
    const answer = await call(health, "/readyz");
    return answer.status === 503 && ReadinessSchema.parse(await answer.json());
  });
  expect(readiness.causes.map(({ code }) => code)).toContain("draining");
  const unreadyMs = performance.now() - startedAt;
  expect(await exit).toEqual([0, null]);
  const exitMs = performance.now() - startedAt;
  await begunElsewhere(fleet, id, chunk, 2_000);
  const [first] = (await fleet.attempts(id)).filter(({ job }) => job === chunk.job);
  expect(first?.ended).toBe("handed-back");
  expect(await captures(leaving)).toEqual([]);
  expect(unreadyMs).toBeLessThan(1_000);
  expect(warningsOf(await expectFrames(fleet, api, id, framesOf(ONE)))).toEqual([]);
  expectRecovery(context, exitMs, DRAIN_MS);
});
