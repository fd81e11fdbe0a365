import { expect, test } from "vitest";

import { expire } from "../../src/renders/expire.ts";
import { stuck } from "./behaviours.ts";
import { ended, openFleet, workLeft } from "./fleet.ts";

test("late renders end though every place is taken by work that hangs, and their work is off the queue", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ behaviour: stuck, places: 1 });
  const hanging = await host.submit();
  await expect.poll(() => host.loop.leases.size, { timeout: 3_000 }).toBe(1);
  const waiting = await host.submit();
  await fleet.database.query("UPDATE framewright.renders SET deadline = now() WHERE id = $1", [waiting.id]);
  const lateAt = performance.now();
  expect(await ended(host, waiting.id)).toMatchObject({
    state: "failed",
    startedAt: null,
    problem: { code: "render-timeout", detail: "Its deadline passed." },
  });
  expect(performance.now() - lateAt).toBeLessThan(3_000);
  expect(host.loop.leases.size).toBe(1);
  expect(await workLeft(fleet.database)).toEqual(["plan"]);
  expect((await host.renders.get(hanging.id, "default")).state).toBe("running");
});

test("a render that runs is given a moment beyond its deadline, for whoever does it to say why", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const { id } = await host.submit();
  const { database } = host.flow;
  const lateBy = (ms: number) =>
    database.query(
      "UPDATE framewright.renders SET state = 'running', deadline = now() - $1 * interval '1 ms'",
      [ms],
    );
  await lateBy(500);
  await expire({ ...host.flow, tenantRunning: 1 });
  expect((await host.renders.get(id, "default")).state).toBe("running");
  await lateBy(3_000);
  await expire({ ...host.flow, tenantRunning: 1 });
  expect((await host.renders.get(id, "default")).state).toBe("failed");
});

test("orders of plans whose callers are gone with their service are forgotten", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  void host.plan().catch(() => undefined);
  const orders = () => fleet.database.query("SELECT 1 FROM framewright.plans");
  await expect.poll(orders).toHaveLength(1);
  const { database } = host.flow;
  await expire({ ...host.flow, tenantRunning: 1 });
  expect(await orders()).toHaveLength(1);
  await database.query("UPDATE framewright.plans SET deadline = now() - interval '2 minutes'");
  await expire({ ...host.flow, tenantRunning: 1 });
  expect(await orders()).toEqual([]);
});
