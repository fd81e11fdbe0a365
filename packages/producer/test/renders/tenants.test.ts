import { ProblemError } from "@framewright/contract";
import { expect, test, vi } from "vitest";

import { releaseWaiting } from "../../src/renders/expire.ts";
import { except, probeOf, stuck } from "./behaviours.ts";
import { ended, eventsOf, openFleet } from "./fleet.ts";

async function refusalOf(submitting: Promise<unknown>): Promise<ProblemError> {
  const refused: unknown = await submitting.then(
    () => null,
    (error: unknown) => error,
  );
  if (refused instanceof ProblemError) return refused;
  throw new Error(`It was not refused: ${String(refused)}`);
}

test("a full queue refuses everybody, with what is ahead and the time to wait, and lets go of the request", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0, settings: { queueLimit: 2 } });
  const first = await host.submit();
  await host.submit({ tenant: "other" });
  const refused = await refusalOf(host.submit());
  expect(refused).toMatchObject({
    code: "queue-full",
    message: "2 renders are waiting, and PRODUCER_QUEUE_LIMIT allows 2.",
  });
  expect(refused.headers?.["Retry-After"]).toBe("60");
  await expect(host.renders.checkRoom("third")).rejects.toMatchObject({ code: "queue-full" });
  expect(await host.held()).toEqual([]);
  await host.renders.cancel(first.id, "Makes room.", "default");
  await host.renders.checkRoom("third");
  await host.submit();
});

test("a hundred submissions at once pass no limit", async () => {
  const fleet = await openFleet();
  const [a, b] = [
    await fleet.start({ places: 0, settings: { queueLimit: 5 } }),
    await fleet.start({ places: 0, settings: { queueLimit: 5 } }),
  ];
  const outcomes = await Promise.allSettled(
    Array.from({ length: 100 }, (_, index) => (index % 2 ? a : b).submit({ html: "one" })),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "queue-full" });
  }
});

test("a tenant's own limit of waiting renders refuses that tenant alone", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0, settings: { tenantQueued: 1 } });
  await host.submit({ tenant: "a" });
  expect(await refusalOf(host.submit({ tenant: "a" }))).toMatchObject({
    code: "queue-full",
    message: "1 renders are waiting, and PRODUCER_TENANT_QUEUED_RENDERS allows 1.",
  });
  await host.submit({ tenant: "b" });
});

test("a tenant has no more renders at work than it may, and the next begins when one ends", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ behaviour: stuck, places: 5, settings: { tenantRunning: 2 } });
  const ids: string[] = [];
  for (let i = 0; i < 4; i += 1) ids.push((await host.submit({ tenant: "a" })).id);
  const other = await host.submit({ tenant: "b" });
  const running = async (): Promise<string[]> => {
    const { renders } = await host.renders.list({ limit: 10, state: "running" }, "a");
    return renders.map(({ id }) => id).toReversed();
  };
  await expect.poll(running, { timeout: 5_000 }).toEqual(ids.slice(0, 2));
  await expect
    .poll(async () => (await host.renders.get(other.id, "b")).state, { timeout: 5_000 })
    .toBe("running");
  await host.renders.cancel(ids[0] ?? "", "Makes room.", "a");
  await expect.poll(running, { timeout: 5_000 }).toEqual(ids.slice(1, 3));
});

test("a render that no ending has released is released once its tenant may have more", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0, settings: { tenantRunning: 1 } });
  for (const tenant of ["a", "a", "b", "b"]) await host.submit({ tenant });
  const released = async (): Promise<readonly unknown[]> =>
    fleet.database.query(
      "SELECT tenant, count(*)::int AS released FROM framewright.renders WHERE released GROUP BY 1 ORDER BY 1",
    );
  const transactions = vi.spyOn(fleet.database, "transaction");
  const deps = { ...host.flow, database: fleet.database };
  await releaseWaiting({ ...deps, tenantRunning: 1 });
  expect(transactions).not.toHaveBeenCalled();
  await fleet.database.query(
    "UPDATE framewright.renders SET finished_at = now() WHERE released AND tenant = 'b'",
  );
  await releaseWaiting({ ...deps, tenantRunning: 1 });
  expect(await released()).toEqual([
    { tenant: "a", released: 1 },
    { tenant: "b", released: 2 },
  ]);
  await releaseWaiting({ ...deps, tenantRunning: Number.MAX_SAFE_INTEGER });
  expect(await released()).toEqual([
    { tenant: "a", released: 2 },
    { tenant: "b", released: 2 },
  ]);
});

test("a tenant's frames of a day are counted, those of failed renders and of other tenants are not", async () => {
  const fleet = await openFleet();
  let fails = true;
  const host = await fleet.start({
    behaviour: except("verify", async () => {
      if (fails) throw new ProblemError("verify-failed", "It is not what was planned.");
      return { passed: true, checks: [] };
    }),
    settings: { tenantFramesPerDay: 1_000 },
  });
  const render = async (tenant: string): Promise<string> =>
    (await ended(host, (await host.submit({ tenant })).id, tenant)).state;
  expect(await render("a")).toBe("failed");
  fails = false;
  expect(await render("a")).toBe("succeeded");
  expect(await render("a")).toBe("succeeded");
  const refused = await refusalOf(host.submit({ tenant: "a" }));
  expect(refused).toMatchObject({
    code: "quota-exceeded",
    message: "1200 frames were rendered within a day, and PRODUCER_TENANT_FRAMES_PER_DAY allows 1000.",
    headers: { "Retry-After": "3600" },
  });
  expect(await render("b")).toBe("succeeded");
  await fleet.database.query("UPDATE framewright.renders SET created_at = created_at - interval '25 hours'");
  expect(await render("a")).toBe("succeeded");
});

test("a tenant sees its own renders only: those of another are as unknown as those that never were", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const { id } = await host.submit({ tenant: "a" });
  const unknown = { code: "render-not-found" };
  await expect(host.renders.get(id, "b")).rejects.toMatchObject(unknown);
  await expect(host.renders.cancel(id, "Mine now.", "b")).rejects.toMatchObject(unknown);
  await expect(host.renders.artifact(id, "b")).rejects.toMatchObject(unknown);
  await expect(eventsOf(host, id, { tenant: "b" })).rejects.toMatchObject(unknown);
  expect(await host.renders.list({ limit: 10 }, "b")).toEqual({ renders: [], nextCursor: null });
  expect(await host.renders.queue("b")).toMatchObject({ queued: 1, waiting: [] });
  expect((await host.renders.queue("a")).waiting).toEqual([{ id, position: 0 }]);
});

test("one tenant's many renders do not keep another's one from being done first", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const many: string[] = [];
  for (let i = 0; i < 12; i += 1) many.push((await host.submit({ tenant: "busy" })).id);
  const quiet = await host.submit({ tenant: "quiet" });
  await fleet.start({ places: 2, behaviour: except("probe", async () => probeOf({ seconds: 4 })) });
  await ended(host, quiet.id, "quiet");
  const { renders } = await host.renders.list({ limit: 100, state: "succeeded" }, "busy");
  expect(renders.length).toBeLessThan(8);
  for (const id of many) expect((await ended(host, id, "busy")).state).toBe("succeeded");
});
