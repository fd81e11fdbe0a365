import { ProblemError } from "@framewright/contract";
import { expect, test, vi } from "vitest";

import { except, healthy, probeOf, stuck } from "./behaviours.ts";
import { openFleet, workLeft } from "./fleet.ts";

const left = (database: { query(text: string): Promise<unknown[]> }): Promise<unknown[]> =>
  database.query("SELECT id FROM framewright.plans");

test("a plan is made without a render, on another machine, and nothing of it is left", async () => {
  const fleet = await openFleet();
  const api = await fleet.start({ places: 0 });
  const progressed = vi.fn<() => void>();
  await fleet.start({ observer: { progressed } });
  expect(await api.plan()).toMatchObject({ frames: 600, width: 1280, height: 720 });
  expect(progressed).toHaveBeenCalled();
  expect(await left(fleet.database)).toEqual([]);
  expect(await workLeft(fleet.database)).toEqual([]);
  expect(await api.held()).toEqual([]);
  expect((await api.renders.list({ limit: 1 }, "default")).renders).toEqual([]);
});

test("what a plan fails of is told with its code, its words and its evidence", async () => {
  const fleet = await openFleet();
  const evidence = { console: ["no such variable"] };
  const host = await fleet.start({
    behaviour: async () => {
      throw new ProblemError("page-script-failed", "It threw.", { evidence });
    },
  });
  await expect(host.plan()).rejects.toMatchObject({
    code: "page-script-failed",
    message: "It threw.",
    evidence,
  });
  expect(await left(fleet.database)).toEqual([]);
});

test("few plans wait at a time: more are refused, and each is made in its turn", async () => {
  const fleet = await openFleet();
  const jobs: PromiseWithResolvers<void>[] = [];
  const host = await fleet.start({
    places: 1,
    settings: { queueLimit: 2 },
    behaviour: async (job, options) => {
      const turn = Promise.withResolvers<void>();
      jobs.push(turn);
      await turn.promise;
      return healthy(job, options);
    },
  });
  const plans = [host.plan(), host.plan(), host.plan()];
  await expect.poll(() => left(fleet.database)).toHaveLength(3);
  await expect(host.plan()).rejects.toMatchObject({
    code: "queue-full",
    message: "2 plans are waiting, and PRODUCER_QUEUE_LIMIT allows 2.",
    headers: { "Retry-After": "5" },
  });
  for (let index = 0; index < 3; index += 1) {
    await expect.poll(() => jobs.length, { timeout: 3_000 }).toBe(index + 1);
    jobs[index]?.resolve();
  }
  for (const plan of plans) expect(await plan).toMatchObject({ frames: 600 });
});

test("a caller that leaves takes its order back, whether its plan waits or is being made", async () => {
  const fleet = await openFleet();
  const ends: unknown[] = [];
  const host = await fleet.start({
    places: 1,
    behaviour: (job, options) =>
      stuck(job, options).catch((error: unknown) => {
        ends.push(error);
        throw error;
      }),
  });
  const [first, second] = [new AbortController(), new AbortController()];
  const running = host.plan(first.signal);
  await expect.poll(() => host.loop.leases.size, { timeout: 3_000 }).toBe(1);
  const waiting = host.plan(second.signal);
  await expect.poll(() => left(fleet.database)).toHaveLength(2);
  second.abort(new ProblemError("cancelled", "Gone."));
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  expect(ends).toEqual([]);
  first.abort(new ProblemError("cancelled", "Gone too."));
  await expect(running).rejects.toMatchObject({ code: "cancelled" });
  await expect.poll(() => ends.length, { timeout: 2_000 }).toBe(1);
  await expect.poll(() => host.loop.leases.size).toBe(0);
  expect(await left(fleet.database)).toEqual([]);
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("a plan that nobody makes is given up after its time", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0, settings: { planTimeoutMs: 1, readyTimeoutMs: -18_800 } });
  await expect(host.plan()).rejects.toMatchObject({
    code: "render-timeout",
    message: "The plan was not done within 1.2 s; PRODUCER_PLAN_TIMEOUT_SECONDS sets how long it may take.",
  });
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("a drained service takes no order, and who still waits when it closes is told so", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const waiting = host.plan();
  await expect.poll(() => left(fleet.database)).toHaveLength(1);
  host.renders.drain();
  await expect(host.plan()).rejects.toMatchObject({ code: "shutting-down" });
  host.renders.close();
  await expect(waiting).rejects.toMatchObject({ code: "shutting-down" });
});

test("a plan whose worker is lost is made again, and one that ends every worker is poison", async () => {
  const fleet = await openFleet();
  const exit = { process: "worker", reason: "oom", code: null, signal: "SIGKILL" } as const;
  const lost = (): never => {
    throw new ProblemError("worker-lost", "It ran out of memory.", { evidence: { exit } });
  };
  let losses = 1;
  const host = await fleet.start({
    behaviour: except("probe", async () => (losses-- > 0 ? lost() : probeOf())),
  });
  expect(await host.plan()).toMatchObject({ frames: 600 });
  losses = Infinity;
  await expect(host.plan()).rejects.toMatchObject({ code: "composition-poisonous" });
});
