import { setTimeout as sleep } from "node:timers/promises";

import { expect, onTestFinished, test } from "vitest";

import { type Lease, LeaseLost } from "../../src/queue/lease.ts";
import { LEASE_SECONDS, type Queue } from "../../src/queue/open-queue.ts";
import { type Work, workId } from "../../src/queue/work.ts";
import { chunk, doing, expireLease, type Member, openQueues, stateOf, takeSoon } from "./open-queues.ts";

/** Does nothing until it is told to let go, and gives the reason. */
function untilLetGo({ signal }: Lease): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  if (signal.aborted) resolve(signal.reason);
  signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  return promise;
}

/** The queue, but for one of its commands. */
function replacing(
  queue: Queue,
  command: "touch" | "fetch",
  replacement: (...given: never[]) => Promise<unknown>,
): Queue {
  const boss = new Proxy(queue.boss, {
    get(target, name) {
      if (name === command) return replacement;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { ...queue, boss };
}

test("two loops on one database do all the work, each piece once, and never more than there is room for", async () => {
  const queues = await openQueues();
  const [a, b] = [await queues.join(), await queues.join()];
  const works = Array.from({ length: 60 }, (_, index) => chunk(index));
  const done: Work[] = [];
  const most = [0, 0];
  const start = (member: Member, which: 0 | 1): void => {
    const run = doing(member, done, 5);
    const loop = member.loop({
      room: (running) => 3 - running,
      run: (lease) => {
        most[which] = Math.max(most[which] ?? 0, loop.leases.size + 1);
        return run(lease);
      },
    });
  };
  start(a, 0);
  start(b, 1);
  await a.add(works);
  await expect.poll(() => done.length, { timeout: 15_000 }).toBe(60);
  expect(done.map(workId).toSorted()).toEqual(works.map(workId).toSorted());
  expect(Math.max(...most)).toBeLessThanOrEqual(3);
  expect(Math.min(...most)).toBeGreaterThan(0);
});

test("without room nothing is taken, and what waits is taken once there is some", async () => {
  const member = await (await openQueues()).join();
  const done: Work[] = [];
  let room = 0;
  member.loop({ room: () => room, run: doing(member, done) });
  await member.add([chunk(1)]);
  await sleep(1_000);
  expect(done).toEqual([]);
  room = 1;
  await expect.poll(() => done).toEqual([chunk(1)]);
});

test("work of a newer version of the service is left alone", async () => {
  const member = await (await openQueues()).join();
  const { boss } = member.queue;
  const done: Work[] = [];
  const newer = ["renders.v2/default", "renders.v10/default", "plans.v2/default"];
  for (const name of newer) {
    await boss.createQueue(name);
    await boss.send(name, { kind: "dream" });
  }
  member.loop({ room: (running) => 2 - running, run: doing(member, done) });
  await member.add([chunk(1)]);
  await expect.poll(() => done).toEqual([chunk(1)]);
  // The names of the queues are read anew meanwhile.
  await sleep(1_500);
  expect(done).toEqual([chunk(1)]);
  expect(
    await member.database.query("SELECT name, state FROM pgboss.job WHERE name = ANY($1) ORDER BY name", [
      newer,
    ]),
  ).toEqual(newer.toSorted().map((name) => ({ name, state: "created" })));
});

test("what is done for a render that has ended is let go at once", async () => {
  const queues = await openQueues();
  const [host, api] = [await queues.join(), await queues.join()];
  const told: unknown[] = [];
  host.loop({
    room: (running) => 2 - running,
    run: async (lease) => void told.push(await untilLetGo(lease)),
  });
  const other = "00000000-0000-4000-8000-000000000002";
  await host.add([chunk(1), chunk(1, other)]);
  await expect.poll(() => stateOf(host, workId(chunk(1, other)))).toBe("active");
  await expect.poll(() => stateOf(host, workId(chunk(1)))).toBe("active");
  const endedAt = performance.now();
  await api.database.query("SELECT pg_notify('framewright_ended', $1)", [other]);
  await expect.poll(() => told.length, { interval: 5 }).toBe(1);
  expect(performance.now() - endedAt).toBeLessThan(1_000);
  expect(told).toEqual([expect.any(LeaseLost)]);
});

test("work that is dropped without a word is let go with the next sign of life", async () => {
  const member = await (await openQueues()).join();
  const { database, queue } = member;
  const told: unknown[] = [];
  member.loop({
    room: (running) => 1 - running,
    run: async (lease) => void told.push(await untilLetGo(lease)),
  });
  await member.add([chunk(1)]);
  await expect.poll(() => stateOf(member, workId(chunk(1)))).toBe("active");
  await database.transaction((tx) => queue.drop(tx, "default", [chunk(1)]));
  await expect.poll(() => told, { timeout: 4_000 }).toEqual([expect.any(LeaseLost)]);
});

test("work that is taken anew where its lost lease still lets go is not let go with it", async () => {
  const queues = await openQueues();
  const member = await queues.join();
  const leases: Lease[] = [];
  const over = Promise.withResolvers<void>();
  const loop = member.loop({
    room: (running) => 2 - running,
    run: (lease) => {
      leases.push(lease);
      return over.promise;
    },
  });
  onTestFinished(() => over.resolve());
  await member.add([chunk(0)]);
  await expect.poll(() => leases.length).toBe(1);
  await expireLease(member, { id: workId(chunk(0)) });
  await expect.poll(() => leases.length, { timeout: 5_000 }).toBe(2);
  const [lost, anew] = leases;
  await expect.poll(() => lost?.signal.aborted, { timeout: 5_000 }).toBe(true);
  expect(anew).toMatchObject({ id: lost?.id, attempt: 1 });
  expect(anew?.signal.aborted).toBe(false);
  expect(loop.leases.size).toBe(2);
});

test("a drain gives what runs its time, takes no more, and then lets go with its reason", async () => {
  const member = await (await openQueues()).join();
  const done: Work[] = [];
  const told: unknown[] = [];
  const run = doing(member, done, 300);
  const loop = member.loop({
    room: (running) => 2 - running,
    run: async (lease) => {
      if (lease.work.kind === "chunk" && lease.work.index === 1) told.push(await untilLetGo(lease));
      else await run(lease);
    },
  });
  await member.add([chunk(1), chunk(2), chunk(3), chunk(4)]);
  await expect.poll(() => loop.leases.size).toBe(2);
  const reason = new Error("The service shuts down.");
  const askedAt = performance.now();
  await loop.drain(Date.now() + 800, reason);
  expect(performance.now() - askedAt).toBeGreaterThan(700);
  expect(told).toEqual([reason]);
  expect(done.length).toBeGreaterThanOrEqual(1);
  expect(done.length).toBeLessThan(3);
  expect(loop.leases.size).toBe(0);
  const before = done.length;
  await member.add([chunk(5)]);
  await sleep(700);
  expect(done).toHaveLength(before);
});

test("work that is taken while a drain ends is let go too", async () => {
  const member = await (await openQueues()).join();
  const told: unknown[] = [];
  const { boss } = member.queue;
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = replacing(member.queue, "fetch", async (...given: Parameters<typeof boss.fetch>) => {
    const jobs = await boss.fetch(...given);
    if (jobs.length > 0) {
      asked.resolve();
      await answer.promise;
    }
    return jobs;
  });
  const loop = member.loop({
    queue: slow,
    room: (running) => 1 - running,
    run: async (lease) => void told.push(await untilLetGo(lease)),
  });
  await member.add([chunk(1)]);
  await asked.promise;
  const reason = new Error("The service shuts down.");
  const drained = loop.drain(Date.now(), reason);
  await sleep(50);
  answer.resolve();
  await drained;
  expect(told).toEqual([reason]);
});

test.concurrent.for([
  ["fails", () => Promise.reject(new Error("no way through"))],
  ["hangs", () => new Promise<never>(() => undefined)],
] as const)(
  "when every sign of life %s, work is let go before the lease ends",
  async ([, touch], { expect, onTestFinished }) => {
    const member = await (await openQueues(onTestFinished)).join();
    const told = Promise.withResolvers<unknown>();
    member.loop({
      queue: replacing(member.queue, "touch", touch),
      room: (running) => 1 - running,
      run: async (lease) => {
        told.resolve(await untilLetGo(lease));
      },
    });
    await member.add([chunk(1)]);
    await expect.poll(() => stateOf(member, workId(chunk(1)))).toBe("active");
    const begunAt = performance.now();
    expect(await told.promise).toBeInstanceOf(LeaseLost);
    expect(performance.now() - begunAt).toBeLessThan(LEASE_SECONDS * 1000);
    expect(await stateOf(member, workId(chunk(1)))).toBe("active");
  },
);

test.concurrent("an expired lease is freed for others while every place of every process is taken", async ({
  expect,
  onTestFinished,
}) => {
  const queues = await openQueues(onTestFinished);
  const [lost, busy, free] = [await queues.join(), await queues.join(), await queues.join()];
  await lost.add([chunk(0)]);
  const stale = await takeSoon(lost, "renders.v1/default");
  await busy.add([chunk(1), chunk(2)]);
  const loop = busy.loop({
    room: (running) => 2 - running,
    run: async (lease) => void (await untilLetGo(lease)),
  });
  await expect.poll(() => loop.leases.size).toBe(2);
  await expireLease(lost, stale);
  const expiredAt = performance.now();
  await expect.poll(() => stateOf(busy, stale.id), { timeout: 5_000, interval: 20 }).toBe("retry");
  expect(performance.now() - expiredAt).toBeLessThan(2_000);
  expect(loop.leases.size).toBe(2);
  expect(await free.take("renders.v1/default")).toMatchObject({ id: stale.id, attempt: 1 });
});

test.concurrent(
  "signs of life keep leases for longer than they last by themselves",
  { timeout: 40_000 },
  async ({ expect, onTestFinished }) => {
    const queues = await openQueues(onTestFinished);
    const [a, b] = [await queues.join(), await queues.join()];
    const begun: string[] = [];
    const options = {
      room: (running: number) => 4 - running,
      run: async (lease: Lease) => {
        begun.push(lease.id);
        await Promise.race([untilLetGo(lease), sleep(LEASE_SECONDS * 1000 + 4_000)]);
      },
    };
    await a.add([chunk(1), chunk(2), chunk(3)]);
    a.loop(options);
    b.loop(options);
    await sleep(LEASE_SECONDS * 1000 + 3_000);
    expect(begun.toSorted()).toEqual([chunk(1), chunk(2), chunk(3)].map(workId).toSorted());
  },
);
