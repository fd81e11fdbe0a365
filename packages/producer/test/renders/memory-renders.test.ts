import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ProblemError } from "@framewright/contract";
import { expect, it } from "vitest";

import { openArtifacts } from "../../src/artifacts/artifact-store.ts";
import type { Submission } from "../../src/renders/port.ts";
import { dir, discarded, eventsOf, healthy, open, stuck, submission } from "./renders-fixture.ts";

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
