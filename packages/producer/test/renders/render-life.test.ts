import { setTimeout as sleep } from "node:timers/promises";

import { ProblemError } from "@framewright/contract";
import { expect, test } from "vitest";

import { type Behaviour, except, healthy, stuck } from "./behaviours.ts";
import { ended, eventsOf, openFleet, workLeft } from "./fleet.ts";

test("a render goes to its artifact, tells every step in order, and lets go of its files", async () => {
  const fleet = await openFleet();
  const host = await fleet.start();
  const { id } = await host.submit({ options: { variables: { text: "x" } } });
  const events = await eventsOf(host, id);
  const states = events.filter(({ type }) => type === "state");
  expect(states.map((event) => "state" in event && event.state)).toEqual(["queued", "running", "succeeded"]);
  expect(events.at(-1)).toMatchObject({
    type: "finished",
    render: {
      state: "succeeded",
      plan: { frames: 600 },
      progress: { stage: "done", framesDone: 600, secondsLeft: 0, waitingFor: null },
      reused: { chunks: 0, frames: 0 },
      verdict: { passed: true },
    },
  });
  const ids = events.map((event) => event.id);
  expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  // A reader that comes back gets exactly what it has not seen.
  expect(await eventsOf(host, id, { after: ids.at(-2) ?? 0 })).toEqual([events.at(-1)]);
  expect(await eventsOf(host, id, { after: ids.at(-1) ?? 0 })).toEqual([]);
  // One that has seen more than there is read in a database that was restored since.
  expect(await eventsOf(host, id, { after: (ids.at(-1) ?? 0) + 1 })).toEqual(await eventsOf(host, id));
  const artifact = await host.renders.artifact(id, "default");
  expect(artifact).toMatchObject({ contentType: "video/mp4", bytes: 5, filename: `${id}.mp4` });
  expect(await fleet.store.stat(artifact.key)).toMatchObject({ bytes: 5 });
  expect(await host.held()).toEqual([]);
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("a render that has ended keeps what is read of it, and not its variables", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const options = { fps: 25, variables: { text: "x".repeat(100_000) } };
  const { id, settings } = await host.submit({ options });
  const read = async (): Promise<unknown> =>
    (
      await fleet.database.query<{ options: unknown }>(
        "SELECT options FROM framewright.renders WHERE id = $1",
        [id],
      )
    )[0]?.options;
  expect(await read()).toMatchObject({ ...options, fps: "25" });
  await host.renders.cancel(id, "Not wanted.", "default");
  expect(await read()).toMatchObject({ fps: "25" });
  expect(await read()).not.toHaveProperty("variables");
  expect((await host.renders.get(id, "default")).settings).toEqual(settings);
});

test("options are stored with their defaults, and those that an earlier version stored are read the same", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const { id, settings } = await host.submit({ options: { quality: "high" } });
  const store = (options: string): Promise<unknown> =>
    fleet.database.query(`UPDATE framewright.renders SET options = ${options} WHERE id = $1`, [id]);
  const read = async () => (await host.renders.get(id, "default")).settings;
  expect(settings).toMatchObject({ format: "mp4", fps: "30", quality: "high", entryFile: "index.html" });
  await store(`options || '{"fps": "24000/1001"}'`);
  expect(await read()).toEqual({ ...settings, fps: "24000/1001" });
  await store(`'{"quality": "high"}'`);
  expect(await read()).toEqual(settings);
});

test("a format that this machine cannot write is refused, and nothing is kept of it", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const refused = await host.submit({ options: { format: "webm" } }).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: "format-unavailable",
    message: expect.stringContaining("libvpx-vp9"),
  });
  expect((await host.renders.list({ limit: 10 }, "default")).renders).toEqual([]);
});

test("waiting renders know their place, and move up when one before them ends", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const first = await host.submit();
  await host.submit();
  const third = await host.submit();
  const place = async (): Promise<number | null> =>
    (await host.renders.get(third.id, "default")).progress.queuePosition;
  expect(await place()).toBe(2);
  expect((await host.renders.queue("default")).waiting.map(({ position }) => position)).toEqual([0, 1, 2]);
  await host.renders.cancel(first.id, "Not wanted.", "default");
  expect(await place()).toBe(1);
  expect(await host.renders.queue("default")).toMatchObject({ queued: 2, running: 0 });
});

test("renders of one caller begin in the order in which they came", async () => {
  const fleet = await openFleet();
  const order: string[] = [];
  const host = await fleet.start({ places: 0 });
  const ids: string[] = [];
  for (let i = 0; i < 5; i += 1) ids.push((await host.submit()).id);
  await fleet.start({
    places: 1,
    observer: { started: () => undefined, stage: (id, stage) => void (stage === "plan" && order.push(id)) },
  });
  for (const id of ids) await ended(host, id);
  expect(order).toEqual(ids);
});

const GATE_STAGES = ["probe", "chunk", "assemble", "verify"] as const;

test.each(GATE_STAGES)("a render is cancelled while a worker is at its %s", async (kind) => {
  const fleet = await openFleet();
  const begun = Promise.withResolvers<void>();
  const ends: unknown[] = [];
  const behaviour = except(kind, (job, options) => {
    begun.resolve();
    return stuck(job, options).catch((error: unknown) => {
      ends.push(error);
      throw error;
    });
  });
  const host = await fleet.start({ behaviour });
  const { id } = await host.submit();
  await begun.promise;
  expect(host.loop.leases.size).toBeGreaterThan(0);
  const askedAt = performance.now();
  const cancelled = await host.renders.cancel(id, "Not wanted.", "default");
  expect(cancelled).toMatchObject({
    state: "cancelled",
    problem: { code: "cancelled", detail: "Not wanted." },
  });
  await expect.poll(() => host.loop.leases.size, { timeout: 2_000, interval: 5 }).toBe(0);
  expect(performance.now() - askedAt).toBeLessThan(2_000);
  expect(ends.length).toBeGreaterThan(0);
  expect(await workLeft(fleet.database)).toEqual([]);
  expect(await host.renders.cancel(id, "Again.", "default")).toMatchObject({ state: "cancelled" });
  expect((await ended(host, id)).problem?.detail).toBe("Not wanted.");
});

test("a render that only waits is cancelled, and never begins", async () => {
  const fleet = await openFleet();
  const jobs: string[] = [];
  const host = await fleet.start({ places: 0 });
  const { id } = await host.submit();
  await host.renders.cancel(id, "Not wanted.", "default");
  const busy = await fleet.start({
    behaviour: (job, options) => (jobs.push(job.kind), healthy(job, options)),
  });
  const other = await host.submit();
  await ended(busy, other.id);
  expect(jobs.filter((kind) => kind === "probe")).toHaveLength(1);
  expect(await host.renders.get(id, "default")).toMatchObject({ state: "cancelled", startedAt: null });
});

test("what has finished is not cancelled", async () => {
  const fleet = await openFleet();
  const host = await fleet.start();
  const { id } = await host.submit();
  await ended(host, id);
  await expect(host.renders.cancel(id, "Too late.", "default")).rejects.toMatchObject({
    code: "render-finished",
  });
});

test("fifty renders that are cancelled at any moment each end within 2 s, and leave nothing", async () => {
  const fleet = await openFleet();
  const slow: Behaviour = async (job, options) => {
    await sleep(Math.random() * 60, undefined, { signal: options.signal });
    return healthy(job, options);
  };
  const [a, b] = [
    await fleet.start({ behaviour: slow, places: 3 }),
    await fleet.start({ behaviour: slow, places: 3 }),
  ];
  const tookMs: number[] = [];
  const cancelOne = async (delayMs: number): Promise<void> => {
    const { id } = await a.submit();
    await sleep(delayMs);
    const askedAt = performance.now();
    await b.renders.cancel(id, "Not wanted.", "default").catch((error: unknown) => {
      expect(error).toMatchObject({ code: "render-finished" });
    });
    tookMs.push(performance.now() - askedAt);
    expect((await a.renders.get(id, "default")).state).toMatch(/cancelled|succeeded/);
  };
  await Promise.all(Array.from({ length: 50 }, (_, index) => cancelOne(index * 40)));
  expect(tookMs).toHaveLength(50);
  expect(Math.max(...tookMs)).toBeLessThan(2_000);
  await expect.poll(() => a.loop.leases.size + b.loop.leases.size, { timeout: 2_000, interval: 10 }).toBe(0);
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("a render ends at its deadline, also one that only waits", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({
    behaviour: stuck,
    places: 1,
    settings: { renderTimeoutMs: 1_000, tenantRunning: 1 },
  });
  const ids = [(await host.submit()).id, (await host.submit()).id];
  for (const id of ids) {
    expect(await ended(host, id)).toMatchObject({
      state: "failed",
      problem: { code: "render-timeout" },
    });
  }
  await expect.poll(() => host.loop.leases.size).toBe(0);
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("whoever follows a render that waits is told its place", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  await host.submit();
  const { id } = await host.submit();
  await host.renders.cancel(id, "Enough was seen.", "default");
  expect(await eventsOf(host, id)).toMatchObject([
    { type: "state", state: "queued" },
    { type: "progress", progress: { stage: "queued", queuePosition: 1 } },
    { type: "state", state: "cancelled" },
    { type: "finished", render: { state: "cancelled", progress: { queuePosition: null } } },
  ]);
});

test("nothing begins while the service refuses work, waiting renders say why, and it goes on by itself", async () => {
  const fleet = await openFleet();
  let refusal: ProblemError | null = null;
  const host = await fleet.start({ refusal: () => refusal, behaviour: healthy });
  const other = await fleet.start({ places: 0 });
  refusal = new ProblemError("worker-unavailable", "The browser did not start.");
  const { id } = await other.submit();
  await expect(host.submit()).rejects.toMatchObject({ code: "worker-unavailable" });
  await sleep(1_200);
  expect(await host.renders.get(id, "default")).toMatchObject({
    state: "queued",
    progress: { waitingFor: "The browser did not start." },
  });
  refusal = null;
  expect((await host.renders.get(id, "default")).progress.waitingFor).toBeNull();
  expect(await ended(host, id)).toMatchObject({ state: "succeeded" });
});

test("a video that fails its checks is not passed", async () => {
  const fleet = await openFleet();
  const checks = [{ name: "packets", expected: "600", actual: "599", passed: false }];
  const host = await fleet.start({ behaviour: except("verify", async () => ({ passed: false, checks })) });
  const { id } = await host.submit();
  expect(await ended(host, id)).toMatchObject({
    state: "failed",
    verdict: { passed: false },
    artifact: null,
    problem: { code: "verify-failed", detail: "packets is 599 instead of 600." },
  });
  await expect(host.renders.artifact(id, "default")).rejects.toMatchObject({ code: "artifact-missing" });
});

test("a chunk that fails for good ends the others, and leaves nothing in the queue", async () => {
  const fleet = await openFleet();
  const behaviour = except("chunk", async (job, options) => {
    if (job.kind === "chunk" && job.chunk.index !== 1) return stuck(job, options);
    await sleep(50);
    throw new ProblemError("page-script-failed", "It threw.");
  });
  const host = await fleet.start({ behaviour, places: 3 });
  const far = await fleet.start({ behaviour, places: 1 });
  const { id } = await host.submit();
  expect(await ended(host, id)).toMatchObject({
    state: "failed",
    problem: { code: "page-script-failed", detail: "It threw." },
  });
  await expect.poll(() => host.loop.leases.size + far.loop.leases.size, { timeout: 2_500 }).toBe(0);
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("the list gives the newest first, page by page, by state", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const ids: string[] = [];
  for (let i = 0; i < 5; i += 1) ids.unshift((await host.submit()).id);
  const list = (query: object) => host.renders.list({ limit: 3, ...query }, "default");
  const first = await list({});
  const second = await list({ cursor: first.nextCursor });
  expect([...first.renders, ...second.renders].map(({ id }) => id)).toEqual(ids);
  expect(second.nextCursor).toBeNull();
  expect((await list({ state: "failed" })).renders).toEqual([]);
  await host.renders.cancel(ids[2] ?? "", "Not wanted.", "default");
  expect((await list({ state: "cancelled" })).renders.map(({ id }) => id)).toEqual([ids[2]]);
  // A page that ends with the list's end has none after it.
  expect((await list({ limit: 5 })).nextCursor).toBeNull();
  await expect(list({ cursor: "0; DROP" })).rejects.toMatchObject({ code: "invalid-request" });
});

test.each(["no-uuid", "00000000-0000-4000-8000-000000000000", "' OR 1=1", "\0"])(
  "a render by the id %j is unknown",
  async (id) => {
    const host = await (await openFleet()).start({ places: 0 });
    const unknown = { code: "render-not-found" };
    await expect(host.renders.get(id, "default")).rejects.toMatchObject(unknown);
    await expect(host.renders.cancel(id, "x", "default")).rejects.toMatchObject(unknown);
    await expect(host.renders.artifact(id, "default")).rejects.toMatchObject(unknown);
    await expect(eventsOf(host, id)).rejects.toMatchObject(unknown);
  },
);
