import { expect, test } from "vitest";

import type { Database } from "../../src/postgres/database.ts";
import { except, stuck } from "./behaviours.ts";
import { ended, openFleet } from "./fleet.ts";

/** What a scaler is told. */
async function waitingSeconds(database: Database): Promise<number> {
  const [row] = await database.query<{ seconds: number }>(
    "SELECT seconds FROM framewright.waiting_work_seconds",
  );
  return row?.seconds ?? NaN;
}

test("the work that waits is what the plans estimate, less what is done, and nothing once all has ended", async () => {
  const fleet = await openFleet();
  const api = await fleet.start({ places: 0 });
  const waiting = () => waitingSeconds(fleet.database);
  expect(await waiting()).toBe(0);
  const { id } = await api.submit();
  expect(await waiting()).toBeGreaterThan(0);

  const worker = await fleet.start({ behaviour: except("chunk", stuck), places: 1 });
  await expect
    .poll(async () => (await api.renders.get(id, "default")).plan, { timeout: 5_000 })
    .not.toBeNull();
  const { plan } = await api.renders.get(id, "default");
  const seconds = plan?.estimate.seconds ?? NaN;
  const all = await waiting();
  expect(all).toBeGreaterThanOrEqual(seconds);
  expect(all).toBeLessThan(seconds + 10);
  await fleet.database.query("UPDATE framewright.chunks SET state = 'done' WHERE index = 0");
  expect(all - (await waiting())).toBeCloseTo(seconds / (plan?.chunks.length ?? NaN));

  await api.renders.cancel(id, "Not wanted.", "default");
  expect(await waiting()).toBe(0);
  await worker.stop();
  const after = await api.submit();
  await fleet.start();
  expect(await ended(api, after.id)).toMatchObject({ state: "succeeded" });
  expect(await waiting()).toBe(0);
});

test("renders that wait for others of their tenant call for no workers", async () => {
  const fleet = await openFleet();
  const api = await fleet.start({ places: 0, settings: { tenantRunning: 1 } });
  await api.submit();
  const one = await waitingSeconds(fleet.database);
  for (let i = 0; i < 5; i += 1) await api.submit();
  expect(await waitingSeconds(fleet.database)).toBe(one);
  await api.submit({ tenant: "other" });
  expect(await waitingSeconds(fleet.database)).toBe(2 * one);
});

test.each(["probe", "assemble", "verify"] as const)(
  "work that a worker handed back in the midst of %s calls for another worker",
  async (kind) => {
    const fleet = await openFleet();
    const api = await fleet.start({ places: 0 });
    let isStuck = false;
    const { id } = await api.submit();
    const worker = await fleet.start({
      behaviour: except(kind, (job, options) => {
        isStuck = true;
        return stuck(job, options);
      }),
    });
    await expect.poll(() => isStuck, { timeout: 5_000 }).toBe(true);
    await worker.stop();
    expect(await api.renders.get(id, "default")).toMatchObject({ state: "running" });
    expect(await waitingSeconds(fleet.database)).toBeGreaterThan(0);
  },
);

test("a plan that a caller waits for calls for a worker, until it leaves", async () => {
  const fleet = await openFleet();
  const api = await fleet.start({ places: 0 });
  const leaving = new AbortController();
  const plan = api.plan(leaving.signal);
  plan.catch(() => undefined);
  await expect.poll(() => waitingSeconds(fleet.database), { timeout: 5_000 }).toBeGreaterThan(0);
  leaving.abort(new Error("The caller left."));
  await expect(plan).rejects.toThrow("The caller left.");
  expect(await waitingSeconds(fleet.database)).toBe(0);
});
