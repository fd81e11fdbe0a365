import { setTimeout as sleep } from "node:timers/promises";

import { ProblemError } from "@framewright/contract";
import { expect, test } from "vitest";

import { LEASE_SECONDS } from "../../src/queue/open-queue.ts";
import { type Lease, LeaseLost } from "../../src/queue/lease.ts";
import type { Work } from "../../src/queue/work.ts";
import { doWork } from "../../src/renders/flow/do-work.ts";
import { sweepOrphans } from "../../src/renders/retention.ts";
import type { Store } from "../../src/store/port.ts";
import { type Behaviour, except, healthy, stuck } from "./behaviours.ts";
import { ended, eventsOf, type Fleet, type Host, openFleet, workLeft } from "./fleet.ts";

const RENDERS = "renders.v1/default";

/** Takes the next work, as a host's loop would, with a signal that nobody aborts: as if the host were stopped in it. */
async function takeOn({ flow }: Host): Promise<Lease> {
  for (const end = Date.now() + 5_000; Date.now() < end; await sleep(20)) {
    const [job] = await flow.queue.boss.fetch<Work>(RENDERS, { includeMetadata: true });
    if (!job) continue;
    const { signal } = new AbortController();
    return { id: job.id, attempt: job.retryCount, queue: RENDERS, tenant: "default", work: job.data, signal };
  }
  throw new Error("no work came");
}

async function expireLeases({ database }: Fleet): Promise<void> {
  await database.query(
    "UPDATE pgboss.job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'",
  );
}

async function keysOf({ store }: Fleet, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** Notes which chunks are captured. */
function noting(chunks: number[], ms = 0): Behaviour {
  return async (job, options) => {
    if (job.kind === "chunk") {
      chunks.push(job.chunk.index);
      await sleep(ms, undefined, { signal: options.signal });
    }
    return healthy(job, options);
  };
}

const chunksOf = async ({ renders }: Host, id: string): Promise<number> =>
  (await renders.get(id, "default")).plan?.chunks.length ?? 0;

test("two hosts share a render, and no chunk is captured twice", async () => {
  const fleet = await openFleet();
  const [a, b]: [number[], number[]] = [[], []];
  const one = await fleet.start({ behaviour: noting(a, 150), places: 1 });
  await fleet.start({ behaviour: noting(b, 150), places: 1 });
  const { id } = await one.submit();
  expect(await ended(one, id)).toMatchObject({ state: "succeeded", progress: { framesDone: 600 } });
  expect(a.length).toBeGreaterThan(0);
  expect(b.length).toBeGreaterThan(0);
  expect([...a, ...b].toSorted((x, y) => x - y)).toEqual(
    Array.from({ length: await chunksOf(one, id) }, (_, i) => i),
  );
});

test("a cancel on one machine reaches the work on another within 2 s", async () => {
  const fleet = await openFleet();
  const api = await fleet.start({ places: 0 });
  const worker = await fleet.start({ behaviour: except("chunk", stuck) });
  const { id } = await api.submit();
  await expect
    .poll(async () => (await api.renders.get(id, "default")).progress.stage, { timeout: 5_000 })
    .toBe("capture");
  await expect.poll(() => worker.loop.leases.size).toBe(2);
  const askedAt = performance.now();
  await api.renders.cancel(id, "Not wanted.", "default");
  await expect.poll(() => worker.loop.leases.size, { timeout: 2_000, interval: 5 }).toBe(0);
  expect(performance.now() - askedAt).toBeLessThan(2_000);
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("a cancel by a process that has never seen the tenant needs no second connection", async () => {
  const fleet = await openFleet();
  const [api, other] = [await fleet.start({ places: 0 }), await fleet.start({ places: 0 })];
  const ids = await Promise.all(
    Array.from({ length: 30 }, async () => (await api.submit({ tenant: "new" })).id),
  );
  const cancelled = await Promise.all(ids.map((id) => other.renders.cancel(id, "Not wanted.", "new")));
  expect(cancelled.map(({ state }) => state)).toEqual(ids.map(() => "cancelled"));
});

test("a host that shuts down hands its work back uncharged, and another goes on with it within seconds", async () => {
  const fleet = await openFleet();
  const leaving = await fleet.start({ behaviour: except("chunk", stuck) });
  const { id } = await leaving.submit();
  await expect
    .poll(async () => (await leaving.renders.get(id, "default")).progress.stage, { timeout: 5_000 })
    .toBe("capture");
  await expect.poll(() => leaving.loop.leases.size).toBe(2);
  const askedAt = performance.now();
  await leaving.stop();
  const other = await fleet.start();
  expect(await ended(other, id)).toMatchObject({ state: "succeeded", warnings: [] });
  expect(performance.now() - askedAt).toBeLessThan(LEASE_SECONDS * 1000);
  expect(await fleet.database.query("SELECT DISTINCT ended FROM framewright.attempts ORDER BY 1")).toEqual([
    { ended: "done" },
    { ended: "handed-back" },
  ]);
  expect(await fleet.database.query("SELECT charges FROM framewright.renders")).toEqual([{ charges: null }]);
});

test("a render outlives all hosts: the next one goes on where they were, and its events have no gap", async () => {
  const fleet = await openFleet();
  const first: number[] = [];
  const dying = await fleet.start({
    places: 1,
    behaviour: async (job, options) =>
      job.kind === "chunk" && first.length === 2 ? stuck(job, options) : noting(first)(job, options),
  });
  const { id } = await dying.submit();
  await expect.poll(() => first.length, { timeout: 5_000 }).toBe(2);
  await expect
    .poll(async () => (await dying.renders.get(id, "default")).progress.framesDone, { timeout: 5_000 })
    .toBe(300);
  const seen = (
    await fleet.database.query<{ last: string }>("SELECT last_event AS last FROM framewright.renders")
  )[0]?.last;
  await dying.vanish();
  await expireLeases(fleet);
  const second: number[] = [];
  const next = await fleet.start({ behaviour: noting(second) });
  const events = await eventsOf(next, id, { after: Number(seen) });
  expect(events.at(-1)).toMatchObject({ type: "finished", render: { state: "succeeded" } });
  expect(events[0]?.id).toBeGreaterThan(Number(seen));
  expect([...first, ...second].toSorted((x, y) => x - y)).toEqual([0, 1, 2, 3]);
});

test("the result of a lease that was lost is refused, the one of its successor counts, and the late file is swept", async () => {
  const fleet = await openFleet();
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const late = await fleet.start({
    places: 0,
    behaviour: except("chunk", async (job, options) => {
      begun.resolve();
      await gate.promise;
      return healthy(job, options);
    }),
  });
  const { id } = await late.submit();
  await doWork(await takeOn(late), late.flow);
  const lost = await takeOn(late);
  expect(lost.work.kind).toBe("chunk");
  const doing = doWork(lost, late.flow);
  await begun.promise;
  await expireLeases(fleet);
  const next = await fleet.start();
  expect(await ended(next, id)).toMatchObject({ state: "succeeded" });
  const kept = await keysOf(fleet, "chunks/");
  const rows = await fleet.database.query("SELECT * FROM framewright.chunk_files ORDER BY hash");
  gate.resolve();
  await doing;
  expect(await fleet.database.query("SELECT * FROM framewright.chunk_files ORDER BY hash")).toEqual(rows);
  expect(await ended(next, id)).toMatchObject({ state: "succeeded" });
  const after = await keysOf(fleet, "chunks/");
  expect(after).toHaveLength(kept.length + 1);
  const old: Store = {
    ...fleet.store,
    list: async function* (prefix) {
      for await (const file of fleet.store.list(prefix)) yield { ...file, storedAt: new Date(0) };
    },
  };
  await sweepOrphans({ ...late.flow, store: old });
  expect((await keysOf(fleet, "chunks/")).toSorted()).toEqual(kept.toSorted());
  expect(await fleet.store.stat((await next.renders.artifact(id, "default")).key)).not.toBeNull();
});

test("one assembly counts though two hosts did it, and both its file and its end are there once", async () => {
  const fleet = await openFleet();
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const late = await fleet.start({
    places: 0,
    behaviour: except("verify", async () => {
      begun.resolve();
      await gate.promise;
      return { passed: true, checks: [] };
    }),
  });
  const { id } = await late.submit();
  for (let i = 0; i < 5; i += 1) await doWork(await takeOn(late), late.flow);
  const lost = await takeOn(late);
  expect(lost.work.kind).toBe("assemble");
  const doing = doWork(lost, late.flow);
  await begun.promise;
  await expireLeases(fleet);
  const next = await fleet.start();
  const render = await ended(next, id);
  const artifact = await next.renders.artifact(id, "default");
  gate.resolve();
  await doing;
  expect(await next.renders.get(id, "default")).toEqual(render);
  expect(await next.renders.artifact(id, "default")).toEqual(artifact);
  const events = await eventsOf(next, id);
  expect(events.filter(({ type }) => type === "finished")).toHaveLength(1);
});

test("a composition that ends every service that works on it is poison after eight", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const { id } = await host.submit();
  for (let life = 0; life < 8; life += 1) {
    const lease = await takeOn(host);
    expect(lease.attempt).toBe(life);
    // What a service that then ends with it has written by then.
    await fleet.database.query(
      "INSERT INTO framewright.attempts (job_id, attempt, owner) VALUES ($1, $2, 'gone')",
      [lease.id, lease.attempt],
    );
    await expireLeases(fleet);
  }
  const next = await fleet.start();
  expect(await ended(next, id)).toMatchObject({
    state: "failed",
    startedAt: null,
    problem: { code: "composition-poisonous", detail: "8 services have ended while they worked on it." },
  });
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("a service that lets work go while that cannot be stored is not lost with it", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const { id } = await host.submit();
  for (let life = 0; life < 8; life += 1) {
    const lease = await takeOn(host);
    const letGo = new AbortController();
    const run = async (): Promise<never> => {
      await fleet.database.query("ALTER TABLE framewright.attempts RENAME TO out_of_reach");
      const lost = new LeaseLost("No sign of life could be given for too long.");
      letGo.abort(lost);
      throw lost;
    };
    await doWork({ ...lease, signal: letGo.signal }, { ...host.flow, workers: { run } });
    await fleet.database.query("ALTER TABLE framewright.out_of_reach RENAME TO attempts");
    await expireLeases(fleet);
  }
  const next = await fleet.start();
  expect(await ended(next, id)).toMatchObject({ state: "succeeded", warnings: [] });
});

test("work whose end cannot be stored, though the database is there, ends its render after eight", async () => {
  const fleet = await openFleet();
  const problem = new ProblemError("page-unresponsive", "It hangs.");
  const host = await fleet.start({ places: 0, behaviour: except("probe", () => Promise.reject(problem)) });
  const { id } = await host.submit();
  await fleet.database.query(
    "ALTER TABLE framewright.renders ADD CHECK (problem IS NULL OR problem ->> 'code' = 'composition-poisonous')",
  );
  for (let life = 0; life < 8; life += 1) {
    await doWork(await takeOn(host), host.flow);
    await expireLeases(fleet);
  }
  await doWork(await takeOn(host), host.flow);
  expect(await ended(host, id)).toMatchObject({
    state: "failed",
    problem: { code: "composition-poisonous" },
  });
});

test("drains and releases of a rolling deployment are no lost services", async () => {
  const fleet = await openFleet();
  const api = await fleet.start({ places: 0 });
  const { id } = await api.submit();
  for (let life = 0; life < 9; life += 1) {
    const host = await fleet.start({ behaviour: stuck, places: 1 });
    await expect.poll(() => host.loop.leases.size, { timeout: 3_000, interval: 10 }).toBe(1);
    await host.stop();
  }
  const last = await fleet.start();
  expect(await ended(last, id)).toMatchObject({ state: "succeeded", warnings: [] });
});

test.concurrent(
  "when a host vanishes, its work is begun elsewhere after its lease, though nobody says so",
  { timeout: 60_000 },
  async ({ expect, onTestFinished }) => {
    const fleet = await openFleet(onTestFinished);
    const dying = await fleet.start({ behaviour: except("chunk", stuck), places: 1 });
    const { id } = await dying.submit();
    await expect
      .poll(() => dying.loop.leases.values().next().value?.work.kind, { timeout: 10_000 })
      .toBe("chunk");
    const begun = Promise.withResolvers<number>();
    let lost: Work | undefined;
    await fleet.start({
      behaviour: except("chunk", async (job, options) => {
        if (job.kind === "chunk" && lost?.kind === "chunk" && job.chunk.index === lost.index)
          begun.resolve(performance.now());
        return healthy(job, options);
      }),
      places: 1,
    });
    lost = dying.loop.leases.values().next().value?.work;
    const vanishedAt = performance.now();
    await dying.vanish();
    const tookMs = (await begun.promise) - vanishedAt;
    expect(tookMs).toBeLessThan(LEASE_SECONDS * 1000 + 2_000);
    const api = await fleet.start({ places: 0 });
    expect(await ended(api, id)).toMatchObject({ state: "succeeded" });
  },
);
