import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ProblemError, type RenderEvent } from "@framewright/contract";
import pino from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { openArtifacts } from "../../src/artifacts/artifact-store.ts";
import { MemoryRenders, type MemoryRendersDeps } from "../../src/renders/memory-renders.ts";
import { NO_OBSERVER } from "../../src/renders/observer.ts";
import type { Submission } from "../../src/renders/port.ts";
import { openScratch, type Scratch } from "../../src/scratch/scratch.ts";
import type { Job } from "../../src/work/jobs.ts";
import type { RunOptions, Workers } from "../../src/work/workers.ts";

let dir: string;
let scratch: Scratch;
let discarded: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "framewright-renders-"));
  scratch = await openScratch(dir);
  discarded = [];
});

afterEach(async () => {
  await scratch.close();
  await rm(dir, { recursive: true, force: true });
});

type Behaviour = (job: Job, options: RunOptions) => Promise<unknown>;

const DECLARATIONS = {
  compositionId: "main",
  width: "1280",
  height: "720",
  durations: [{ source: "attribute", seconds: { type: "string", text: "20" } }],
  endless: [],
  variablesError: null,
  leadInMs: 0,
  warnings: [],
};

/** Does every job at once, as a healthy worker would. */
const healthy: Behaviour = async (job) => {
  switch (job.kind) {
    case "probe":
      return {
        probe: { declarations: DECLARATIONS, uncaught: [], workers: [], failedRequests: [] },
        hosts: [],
      };
    case "chunk":
      return {
        index: job.chunk.index,
        file: job.file,
        frames: job.chunk.endFrame - job.chunk.startFrame,
        bytes: 1,
      };
    case "assemble":
      await writeFile(job.file, "video");
      return { bytes: 5 };
    case "verify":
      return { passed: true, checks: [] };
  }
};

/** Never ends by itself. */
const stuck: Behaviour = (_job, { signal }) =>
  new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
  });

async function open(
  behaviour: Behaviour,
  overrides: Partial<Record<string, number>> = {},
  deps: Partial<MemoryRendersDeps> = {},
): Promise<MemoryRenders> {
  const workers = { run: (job: Job, options: RunOptions) => behaviour(job, options) } as unknown as Workers;
  return new MemoryRenders({
    workers,
    scratch,
    artifacts: await openArtifacts(join(dir, "artifacts")),
    log: pino({ level: "silent" }),
    refusal: () => null,
    settings: {
      // Only handed through to the workers, which are not real here.
      tools: {} as never,
      limits: { maxDurationSeconds: 100, maxFrames: 10_000 },
      allowedHosts: [],
      workers: 1,
      queueLimit: 2,
      renderTimeoutMs: 60_000,
      planTimeoutMs: 10_000,
      readyTimeoutMs: 10_000,
      frameTimeoutMs: 10_000,
      retentionMs: 1_000,
      renderScratchBytes: 1_000_000_000,
      ...overrides,
    },
    ...deps,
  });
}

let submitted = 0;

function submission(extra: Partial<Submission> = {}): Submission {
  const name = `snapshot-${++submitted}`;
  return {
    snapshot: {
      source: "html",
      dir: join(dir, name),
      hash: "0",
      files: 1,
      bytes: 1,
      discard: async () => void discarded.push(name),
    },
    options: {},
    requestId: "request",
    ...extra,
  };
}

async function eventsOf(renders: MemoryRenders, id: string, after = 0): Promise<RenderEvent[]> {
  const events: RenderEvent[] = [];
  for await (const event of renders.events(id, after, AbortSignal.timeout(5_000))) events.push(event);
  return events;
}

it("takes a render to its artifact, tells every step, and lets go of its files", async () => {
  const renders = await open(healthy);
  const { render } = await renders.submit(submission());
  const events = await eventsOf(renders, render.id);
  expect(
    events.filter(({ type }) => type === "state").map((event) => "state" in event && event.state),
  ).toEqual(["queued", "running", "succeeded"]);
  expect(events.at(-1)).toMatchObject({
    type: "finished",
    render: { state: "succeeded", plan: { frames: 600 } },
  });
  const ids = events.map(({ id }) => id);
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  // A reader that comes back gets exactly what it has not seen.
  expect(await eventsOf(renders, render.id, ids.at(-2))).toEqual([events.at(-1)]);
  expect((await renders.artifact(render.id)).contentType).toBe("video/mp4");
  await expect.poll(() => discarded.length).toBe(1);
});

it("refuses when the queue is full, with the time to wait and what is ahead", async () => {
  const renders = await open(stuck);
  const first = await renders.submit(submission());
  await renders.submit(submission());
  const third = await renders.submit(submission());
  expect((await renders.get(third.render.id)).progress.queuePosition).toBe(2);
  const refused = await renders.submit(submission()).catch((error: unknown) => error as ProblemError);
  expect(refused).toMatchObject({
    code: "queue-full",
    message: expect.stringContaining("2 renders are waiting"),
  });
  expect(Number((refused as ProblemError).headers?.["Retry-After"])).toBeGreaterThan(0);
  expect(discarded).toHaveLength(1);
  // One that ends makes room, and everyone moves up.
  await renders.cancel(first.render.id, "Not wanted.");
  await expect.poll(async () => (await renders.get(third.render.id)).progress.queuePosition).toBe(1);
  await renders.close(Date.now());
});

it.each(["queued", "running"])("cancels a render that is %s", async (state) => {
  const renders = await open(stuck);
  const running = await renders.submit(submission());
  const waiting = await renders.submit(submission());
  const { id } = (state === "queued" ? waiting : running).render;
  const cancelled = await renders.cancel(id, "Not wanted.");
  expect(cancelled).toMatchObject({
    state: "cancelled",
    problem: { code: "cancelled", detail: "Not wanted." },
  });
  expect(await renders.cancel(id, "Again.")).toMatchObject({ state: "cancelled" });
  await expect.poll(() => discarded.length).toBe(1);
  await renders.close(Date.now());
});

it("does not cancel what has finished", async () => {
  const renders = await open(healthy);
  const { render } = await renders.submit(submission());
  await eventsOf(renders, render.id);
  await expect(renders.cancel(render.id, "Too late.")).rejects.toMatchObject({ code: "render-finished" });
});

it("ends a render at its deadline, also one that only waits", async () => {
  const renders = await open(stuck, { renderTimeoutMs: 200 });
  const ids = [
    (await renders.submit(submission())).render.id,
    (await renders.submit(submission())).render.id,
  ];
  for (const id of ids) {
    expect((await eventsOf(renders, id)).at(-1)).toMatchObject({
      render: { state: "failed", problem: { code: "render-timeout" } },
    });
  }
});

it("renders a chunk again when its worker was lost, once, and says so", async () => {
  let losses = 1;
  const renders = await open(async (job, options) => {
    if (job.kind === "chunk" && losses-- > 0)
      throw new ProblemError("worker-lost", "It was killed by SIGKILL.");
    return healthy(job, options);
  });
  const { render } = await renders.submit(submission());
  const last = (await eventsOf(renders, render.id)).at(-1);
  expect(last).toMatchObject({ render: { state: "succeeded", warnings: [{ code: "chunk-retried" }] } });
});

it("fails when a chunk's worker is lost again and again", async () => {
  const renders = await open(async (job, options) => {
    if (job.kind === "chunk") throw new ProblemError("worker-lost", "It was killed by SIGKILL.");
    return healthy(job, options);
  });
  const { render } = await renders.submit(submission());
  expect((await eventsOf(renders, render.id)).at(-1)).toMatchObject({
    render: { state: "failed", problem: { code: "worker-lost", retryable: true } },
  });
});

it("cancels the other chunks when one fails for good", async () => {
  const ended: number[] = [];
  const renders = await open(async (job, options) => {
    if (job.kind !== "chunk") return healthy(job, options);
    if (job.chunk.index === 1) throw new ProblemError("page-script-failed", "It threw.");
    await stuck(job, options).finally(() => ended.push(job.chunk.index));
    return undefined;
  });
  const { render } = await renders.submit(submission());
  const last = (await eventsOf(renders, render.id)).at(-1);
  expect(last).toMatchObject({ render: { state: "failed", problem: { code: "page-script-failed" } } });
  expect(ended.sort((a, b) => a - b)).toEqual([0, 2, 3]);
});

it("does not pass a video that fails its checks", async () => {
  const checks = [{ name: "packets", expected: "600", actual: "599", passed: false }];
  const renders = await open(async (job, options) =>
    job.kind === "verify" ? { passed: false, checks } : healthy(job, options),
  );
  const { render } = await renders.submit(submission());
  expect((await eventsOf(renders, render.id)).at(-1)).toMatchObject({
    render: {
      state: "failed",
      verdict: { passed: false },
      artifact: null,
      problem: { code: "verify-failed", detail: "packets is 599 instead of 600." },
    },
  });
});

it("gives the same render for the same key and body, and refuses another body", async () => {
  const renders = await open(stuck);
  const key = (requestHash: string): Submission => submission({ idempotency: { key: "k", requestHash } });
  const first = await renders.submit(key("a"));
  const second = await renders.submit(key("a"));
  expect([first.replayed, second.replayed, second.render.id]).toEqual([false, true, first.render.id]);
  await expect(renders.submit(key("b"))).rejects.toMatchObject({ code: "idempotency-key-reused" });
  await renders.close(Date.now());
});

it("removes artifacts past their time, and later forgets the render", async () => {
  const renders = await open(healthy);
  const { id } = (await renders.submit(submission())).render;
  await eventsOf(renders, id);
  await renders.sweep(Date.now() + 1_500);
  await expect(renders.artifact(id)).rejects.toMatchObject({ code: "artifact-expired" });
  await renders.sweep(Date.now() + 2_500);
  await expect(renders.get(id)).rejects.toMatchObject({ code: "render-not-found" });
});

it("removes artifacts that a former process left once they are past their time", async () => {
  const store = await openArtifacts(join(dir, "artifacts"));
  const source = join(dir, "left.mp4");
  await writeFile(source, "video");
  await store.put("left.mp4", source, { filename: "left.mp4", contentType: "video/mp4" });
  const renders = await open(healthy);
  await renders.sweep(Date.now() + 500);
  expect(await store.list()).toEqual(["left.mp4"]);
  await renders.sweep(Date.now() + 1_500);
  expect(await store.list()).toEqual([]);
  await renders.close(Date.now());
});

it("lists the newest first, page by page, by state", async () => {
  const renders = await open(healthy, { queueLimit: 10 });
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    const { id } = (await renders.submit(submission())).render;
    ids.unshift(id);
    await eventsOf(renders, id);
  }
  const first = await renders.list({ limit: 3 });
  const second = await renders.list({ limit: 3, cursor: first.nextCursor ?? "" });
  expect([...first.renders, ...second.renders].map(({ id }) => id)).toEqual(ids);
  expect(second.nextCursor).toBeNull();
  expect((await renders.list({ limit: 3, state: "failed" })).renders).toEqual([]);
});

it("lets running renders finish when it closes, and fails what waits as retryable", async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const renders = await open(async (job, options) => {
    await gate;
    return healthy(job, options);
  });
  const running = await renders.submit(submission());
  const waiting = await renders.submit(submission());
  const closing = renders.close(Date.now() + 5_000);
  await expect(renders.checkRoom()).rejects.toMatchObject({ code: "shutting-down" });
  release();
  await closing;
  expect(await renders.get(running.render.id)).toMatchObject({ state: "succeeded" });
  expect(await renders.get(waiting.render.id)).toMatchObject({
    state: "failed",
    problem: { code: "shutting-down", retryable: true },
  });
});

it("starts nothing while the service refuses work, says so, and goes on by itself", async () => {
  let refusal: ProblemError | null = null;
  const renders = await open(stuck, {}, { refusal: () => refusal });
  const first = await renders.submit(submission());
  const ids = await Promise.all([1, 2].map(async () => (await renders.submit(submission())).render.id));
  refusal = new ProblemError("worker-unavailable", "The browser did not start.");
  await renders.cancel(first.render.id, "Makes room.");
  for (const id of ids) {
    expect(await renders.get(id)).toMatchObject({
      state: "queued",
      progress: { waitingFor: "The browser did not start." },
    });
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
  expect(renders.load().held).toBe(false);
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
