import { setTimeout as sleep } from "node:timers/promises";

import { expect, test, vi } from "vitest";

import { fairOrder } from "../../src/queue/fair-order.ts";
import { complete } from "../../src/queue/lease.ts";
import type { Work } from "../../src/queue/work.ts";
import { chunk, doing, openQueues } from "./open-queues.ts";

test("one tenant's much work does not keep another's one piece from being begun next", async () => {
  const member = await (await openQueues()).join();
  const order: string[] = [];
  const many = Array.from({ length: 40 }, (_, index) => chunk(index));
  await member.add(many, "busy");
  const gate = Promise.withResolvers<void>();
  const loop = member.loop({
    room: (running) => 2 - running,
    run: async (lease) => {
      order.push(lease.tenant);
      await gate.promise;
      await sleep(50);
      await member.database.transaction((tx) => complete(tx, member.queue, lease));
    },
  });
  await expect.poll(() => loop.leases.size).toBe(2);
  await member.add([chunk(0, "00000000-0000-4000-8000-000000000009")], "quiet");
  // A new tenant's queue is known within a second.
  await sleep(1_100);
  gate.resolve();
  await expect.poll(() => order.length, { timeout: 10_000 }).toBe(41);
  expect(order.slice(0, 2)).toEqual(["busy", "busy"]);
  expect(order.indexOf("quiet")).toBeLessThanOrEqual(3);
});

test("two tenants with much work share the places evenly", async () => {
  const member = await (await openQueues()).join();
  const running = new Map([
    ["a", 0],
    ["b", 0],
  ]);
  const seen: string[] = [];
  for (const [tenant, renderId] of [
    ["a", "00000000-0000-4000-8000-00000000000a"],
    ["b", "00000000-0000-4000-8000-00000000000b"],
  ] as const) {
    await member.add(
      Array.from({ length: 30 }, (_, index) => chunk(index, renderId)),
      tenant,
    );
  }
  member.loop({
    room: (count) => 4 - count,
    run: async (lease) => {
      running.set(lease.tenant, (running.get(lease.tenant) ?? 0) + 1);
      if (seen.length < 40) seen.push(lease.tenant);
      await sleep(30);
      await member.database.transaction((tx) => complete(tx, member.queue, lease));
      running.set(lease.tenant, (running.get(lease.tenant) ?? 0) - 1);
    },
  });
  await expect.poll(() => seen.length, { timeout: 15_000 }).toBe(40);
  const ofA = seen.filter((tenant) => tenant === "a").length;
  expect(ofA).toBeGreaterThanOrEqual(15);
  expect(ofA).toBeLessThanOrEqual(25);
});

test("where there is one place, tenants take turns", async () => {
  const member = await (await openQueues()).join();
  const seen: string[] = [];
  for (const tenant of ["a", "b", "c"]) {
    const renderId = `00000000-0000-4000-8000-00000000000${tenant}`;
    await member.add(
      Array.from({ length: 5 }, (_, index) => chunk(index, renderId)),
      tenant,
    );
  }
  member.loop({
    room: (running) => 1 - running,
    run: async (lease) => {
      seen.push(lease.tenant);
      await member.database.transaction((tx) => complete(tx, member.queue, lease));
    },
  });
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(15);
  for (let turn = 0; turn < 15; turn += 3)
    expect(seen.slice(turn, turn + 3).toSorted()).toEqual(["a", "b", "c"]);
});

test("plans are begun in turn with renders, however many of these wait", async () => {
  const member = await (await openQueues()).join();
  const done: Work[] = [];
  await member.add(Array.from({ length: 20 }, (_, index) => chunk(index)));
  await member.add([{ kind: "plan-alone", planId: "00000000-0000-4000-8000-000000000003" }]);
  member.loop({ room: (running) => 1 - running, run: doing(member, done) });
  await expect.poll(() => done.length, { timeout: 10_000 }).toBe(21);
  expect(done.findIndex(({ kind }) => kind === "plan-alone")).toBeLessThanOrEqual(1);
});

test("queues are asked where work waits, those first for which least is being done", async () => {
  const member = await (await openQueues()).join();
  const order = fairOrder(member.database, "renders");
  for (const [tenant, begun, waiting] of [
    ["a", 2, 1],
    ["b", 0, 0],
    ["c", 1, 1],
    ["d", 3, 1],
    ["e", 1, 0],
  ] as const) {
    const renderId = `00000000-0000-4000-8000-00000000000${tenant}`;
    await member.add(
      Array.from({ length: begun + waiting }, (_, index) => chunk(index, renderId)),
      tenant,
    );
    for (let n = 0; n < begun; n++) expect(await member.take(`renders.v1/${tenant}`)).not.toBeNull();
  }
  expect(await order.queues()).toEqual(["renders.v1/c", "renders.v1/a", "renders.v1/d"]);
});

test("however much waits, no more of it is read to find out whose turn it is", async () => {
  const { database, ...member } = await (await openQueues()).join();
  await member.add(
    Array.from({ length: 3_000 }, (_, index) => chunk(index)),
    "busy",
  );
  await member.add([], "quiet");
  expect(await member.take("renders.v1/busy")).not.toBeNull();
  await database.query("ANALYZE pgboss.job");
  const query = vi.spyOn(database, "query");
  expect(await fairOrder(database, "renders").queues()).toEqual(["renders.v1/busy"]);
  const [text = "", values] = query.mock.lastCall ?? [];
  const plan = JSON.stringify(await database.query(`EXPLAIN ${text}`, values));
  expect(plan).toContain("Index Only Scan");
  expect(plan).not.toMatch(/Seq Scan|Sort/);
});

test("a line without work is not asked after every piece of another's", async () => {
  const member = await (await openQueues()).join();
  const fetch = vi.spyOn(member.queue.boss, "fetch");
  await member.add(Array.from({ length: 40 }, (_, index) => chunk(index)));
  const done: Work[] = [];
  const startedAt = performance.now();
  member.loop({ room: (running) => 1 - running, run: doing(member, done) });
  await expect.poll(() => done.length, { timeout: 20_000 }).toBe(40);
  const tookMs = performance.now() - startedAt;
  const plans = fetch.mock.calls.filter(([queue]) => queue.startsWith("plans")).length;
  expect(plans).toBeGreaterThan(0);
  // By the timer, at the start, and when the listening began.
  expect(plans).toBeLessThanOrEqual(tookMs / 500 + 4);
});
