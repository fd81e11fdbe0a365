import { expect, test } from "vitest";

import { complete, handBack, LeaseLost, touch } from "../../src/queue/lease.ts";
import { LEASE_SECONDS } from "../../src/queue/open-queue.ts";
import { workId } from "../../src/queue/work.ts";
import { chunk, expireLease, openQueues, stateOf, takeSoon } from "./open-queues.ts";

const RENDERS = "renders.v1/default";

test("work is in the queue once, however often it is put there, also after it was done", async () => {
  const member = await (await openQueues()).join();
  const { database, queue } = member;
  await member.add([chunk(1)]);
  await member.add([chunk(1)]);
  const lease = await takeSoon(member, RENDERS);
  expect(lease).toMatchObject({ id: workId(chunk(1)), attempt: 0, tenant: "default", work: chunk(1) });
  expect(await member.take(RENDERS)).toBeNull();
  await database.transaction((tx) => complete(tx, queue, lease));
  await member.add([chunk(1)]);
  expect(await member.take(RENDERS)).toBeNull();
});

test("whoever has lost a lease completes nothing, hands nothing back, and learns it from its next sign of life", async () => {
  const queues = await openQueues();
  const [late, next] = [await queues.join(), await queues.join()];
  await late.add([chunk(1), chunk(2)]);
  const lost = await takeSoon(late, RENDERS);
  const kept = await takeSoon(late, RENDERS);
  await expireLease(late, lost);
  const again = await takeSoon(next, RENDERS);
  expect(again).toMatchObject({ id: lost.id, attempt: lost.attempt + 1 });

  expect(await touch(late.queue, RENDERS, [lost, kept])).toEqual([lost]);
  const completing = late.database.transaction(async (tx) => {
    await tx.query("CREATE TABLE result (n int)");
    await complete(tx, late.queue, lost);
  });
  await expect(completing).rejects.toBeInstanceOf(LeaseLost);
  // What was to be stored with it is not there.
  expect(await late.database.query("SELECT to_regclass('result') AS made")).toEqual([{ made: null }]);
  expect(await late.database.transaction((tx) => handBack(tx, late.queue, lost))).toBe(false);
  expect(await stateOf(next, again.id)).toBe("active");
  expect(await touch(next.queue, RENDERS, [again])).toEqual([]);
  await next.database.transaction((tx) => complete(tx, next.queue, again));
  expect(await stateOf(next, again.id)).toBe("completed");
});

test("work that is handed back can be begun at once by anybody, with a token of its own", async () => {
  const queues = await openQueues();
  const [one, other] = [await queues.join(), await queues.join()];
  await one.add([chunk(1)]);
  const lease = await takeSoon(one, RENDERS);
  expect(await one.database.transaction((tx) => handBack(tx, one.queue, lease))).toBe(true);
  const again = await other.take(RENDERS);
  expect(again).toMatchObject({ id: lease.id, attempt: lease.attempt + 1 });
  expect(await one.database.transaction((tx) => handBack(tx, one.queue, lease))).toBe(false);
});

test("work that is dropped is done by nobody, and who does it is told so", async () => {
  const member = await (await openQueues()).join();
  const { database, queue } = member;
  await member.add([chunk(1), chunk(2)]);
  const lease = await takeSoon(member, RENDERS);
  await database.transaction((tx) => queue.drop(tx, "default", [chunk(1), chunk(2)]));
  expect(await member.take(RENDERS)).toBeNull();
  expect(await touch(queue, RENDERS, [lease])).toEqual([lease]);
  await expect(database.transaction((tx) => complete(tx, queue, lease))).rejects.toBeInstanceOf(LeaseLost);
});

test("work whose transaction is rolled back was never there", async () => {
  const member = await (await openQueues()).join();
  const { database, queue } = member;
  await queue.ensureTenant("default");
  const deadline = new Date(Date.now() + 1_000);
  const adding = database.transaction(async (tx) => {
    await queue.add(tx, "default", [{ work: chunk(1), priority: 0, deadline }]);
    throw new Error("changed my mind");
  });
  await expect(adding).rejects.toThrow("changed my mind");
  expect(await stateOf(member, workId(chunk(1)))).toBeUndefined();
});

test.each([
  ["has passed", -60_000],
  ["is a week away", 7 * 86_400_000],
])("work is taken whose deadline %s", async (_, inMs) => {
  const member = await (await openQueues()).join();
  const { database, queue } = member;
  await queue.ensureTenant("default");
  const deadline = new Date(Date.now() + inMs);
  await database.transaction((tx) => queue.add(tx, "default", [{ work: chunk(1), priority: 0, deadline }]));
  expect(await member.take(RENDERS)).toMatchObject({ work: chunk(1) });
});

test("higher priorities come first, and among equals what came first", async () => {
  const member = await (await openQueues()).join();
  const { database, queue } = member;
  await queue.ensureTenant("default");
  const deadline = new Date(Date.now() + 60_000);
  for (const [index, priority] of [5, 7, 5, 2 ** 31 - 1].entries()) {
    await database.transaction((tx) =>
      queue.add(tx, "default", [{ work: chunk(index), priority, deadline }]),
    );
  }
  const order: unknown[] = [];
  for (let i = 0; i < 4; i += 1) order.push((await member.take(RENDERS))?.work);
  expect(order).toEqual([chunk(3), chunk(1), chunk(0), chunk(2)]);
});

test("fifty transactions that put a new tenant's first work into its queue do not wait for each other's connections", async () => {
  const member = await (await openQueues()).join();
  const works = Array.from({ length: 50 }, (_, index) => chunk(index));
  await Promise.all(works.map((work) => member.add([work], "new")));
  const [counted] = await member.database.query(
    "SELECT count(*)::int AS count FROM pgboss.job WHERE name = 'renders.v1/new'",
  );
  expect(counted).toEqual({ count: 50 });
});

test.concurrent("a lease without a sign of life runs out in its time, and not before", async ({
  expect,
  onTestFinished,
}) => {
  const queues = await openQueues(onTestFinished);
  const [lost, other] = [await queues.join(), await queues.join()];
  await lost.add([chunk(1)]);
  await takeSoon(lost, RENDERS);
  const begunAt = performance.now();
  await takeSoon(other, RENDERS, 15_000);
  const tookMs = performance.now() - begunAt;
  expect(tookMs).toBeGreaterThan(LEASE_SECONDS * 1000 - 500);
  expect(tookMs).toBeLessThan(LEASE_SECONDS * 1000 + 2_000);
});
