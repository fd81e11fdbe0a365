import { join } from "node:path";

import { ProblemError } from "@framewright/contract";
import { expect, it, vi } from "vitest";

import { openArtifacts } from "../../src/artifacts/artifact-store.ts";
import { NO_OBSERVER } from "../../src/renders/observer.ts";
import { dir, discarded, eventsOf, healthy, open, stuck, submission } from "./renders-fixture.ts";

it("starts nothing while the service refuses work, says so, and goes on by itself", async () => {
  let refusal: ProblemError | null = null;
  const renders = await open(stuck, {}, { refusal: () => refusal });
  const first = await renders.submit(submission());
  const ids = await Promise.all([1, 2].map(async () => (await renders.submit(submission())).render.id));
  refusal = new ProblemError("worker-unavailable", "The browser did not start.");
  await renders.cancel(first.render.id, "Makes room.");
  for (const id of ids) {
    await expect
      .poll(() => renders.get(id))
      .toMatchObject({ state: "queued", progress: { waitingFor: "The browser did not start." } });
  }
  expect(renders.load()).toEqual({ waiting: 2, held: true, stages: [] });
  refusal = null;
  await expect.poll(() => renders.load(), { timeout: 3_000 }).toMatchObject({ waiting: 1, held: false });
  expect((await renders.get(ids[1] ?? "")).progress.waitingFor).toBeNull();
  await renders.close(Date.now());
});

it("ends a render at its deadline though the service refuses to start it", async () => {
  let refusal: ProblemError | null = null;
  const renders = await open(stuck, { renderTimeoutMs: 1_500 }, { refusal: () => refusal });
  const { id } = (await renders.submit(submission())).render;
  const waiting = (await renders.submit(submission())).render.id;
  refusal = new ProblemError("disk-full", "The disk is full.");
  await renders.cancel(id, "Makes room.");
  expect((await eventsOf(renders, waiting)).at(-1)).toMatchObject({
    render: { state: "failed", startedAt: null, problem: { code: "render-timeout" } },
  });
});

it("plans a few at a time, lets others wait, and refuses more than may wait", async () => {
  const jobs: PromiseWithResolvers<void>[] = [];
  const renders = await open(async (job, options) => {
    const turn = Promise.withResolvers<void>();
    jobs.push(turn);
    await turn.promise;
    return healthy(job, options);
  });
  const { signal } = new AbortController();
  const plans = [1, 2, 3].map(() => renders.plan(submission(), signal));
  await expect(renders.plan(submission(), signal)).rejects.toMatchObject({
    code: "queue-full",
    message: "2 plans are waiting, and PRODUCER_QUEUE_LIMIT allows 2.",
    headers: { "Retry-After": "5" },
  });
  for (const [index, plan] of plans.entries()) {
    await expect.poll(() => jobs.length).toBe(index + 1);
    jobs[index]?.resolve();
    expect(await plan).toMatchObject({ frames: 600 });
  }
  expect(discarded).toHaveLength(4);
});

it("lets go of a plan whose caller has gone before its turn, and plans nothing while it drains", async () => {
  const renders = await open(stuck);
  const [first, second] = [new AbortController(), new AbortController()];
  const running = renders.plan(submission(), first.signal);
  const waiting = renders.plan(submission(), second.signal);
  second.abort(new ProblemError("cancelled", "Gone."));
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  expect(discarded).toHaveLength(1);
  first.abort(new ProblemError("cancelled", "Gone too."));
  await expect(running).rejects.toMatchObject({ code: "cancelled" });
  await renders.close(Date.now());
  await expect(renders.plan(submission(), new AbortController().signal)).rejects.toMatchObject({
    code: "shutting-down",
  });
});

it("counts plans as movement", async () => {
  const progressed = vi.fn();
  const renders = await open(healthy, {}, { observer: { ...NO_OBSERVER, progressed } });
  await renders.plan(submission(), new AbortController().signal);
  expect(progressed).toHaveBeenCalled();
});

it("tells while it stores a checked video, until the render's deadline", async () => {
  const artifacts = await openArtifacts(join(dir, "artifacts"));
  const gate = Promise.withResolvers<void>();
  const put: typeof artifacts.put = async (...given) => {
    await gate.promise;
    return artifacts.put(...given);
  };
  const renders = await open(healthy, { renderTimeoutMs: 1_000 }, { artifacts: { ...artifacts, put } });
  await renders.submit(submission());
  await expect.poll(() => renders.load().stages).toEqual(["store"]);
  await expect.poll(() => renders.load().stages, { timeout: 3_000 }).toEqual(["verify"]);
  gate.resolve();
  await expect.poll(() => renders.load().stages).toEqual([]);
});
