import { expect, test } from "vitest";

import { openFleet } from "./fleet.ts";

test("a hundred submissions with one key, to two processes at once, make one render", async () => {
  const fleet = await openFleet();
  const [a, b] = [await fleet.start({ places: 0 }), await fleet.start({ places: 0 })];
  const idempotency = { key: "k", requestHash: "a" };
  const admitted = await Promise.all(
    Array.from({ length: 100 }, (_, index) => (index % 2 ? a : b).admit({ html: "the same", idempotency })),
  );
  expect(new Set(admitted.map(({ render }) => render.id)).size).toBe(1);
  expect(admitted.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await fleet.database.query("SELECT count(*)::int AS count FROM framewright.renders")).toEqual([
    { count: 1 },
  ]);
  expect(
    await fleet.database.query("SELECT count(*)::int AS count FROM pgboss.job WHERE name ~ '^renders'"),
  ).toEqual([{ count: 1 }]);
  expect([...(await a.held()), ...(await b.held())]).toEqual([]);
});

test("the same key with another body is refused, and another tenant's key is another key", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const first = await host.admit({ idempotency: { key: "k", requestHash: "a" } });
  const again = await host.admit({ idempotency: { key: "k", requestHash: "a" } });
  expect([first.replayed, again.replayed, again.render.id]).toEqual([false, true, first.render.id]);
  await expect(host.admit({ idempotency: { key: "k", requestHash: "b" } })).rejects.toMatchObject({
    code: "idempotency-key-reused",
  });
  const other = await host.admit({ tenant: "other", idempotency: { key: "k", requestHash: "b" } });
  expect(other.replayed).toBe(false);
  expect(await host.held()).toEqual([]);
});

test("a key gives its render also when the queue is full, the service drains, or another process is asked", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0, settings: { queueLimit: 1 } });
  const idempotency = { key: "k", requestHash: "a" };
  const { render } = await host.admit({ idempotency });
  await expect(host.admit()).rejects.toMatchObject({ code: "queue-full" });
  expect(await host.admit({ idempotency })).toMatchObject({ replayed: true, render: { id: render.id } });
  host.renders.drain();
  expect(await host.admit({ idempotency })).toMatchObject({ replayed: true, render: { id: render.id } });
  await expect(host.admit()).rejects.toMatchObject({ code: "shutting-down" });
  await host.stop();
  const next = await fleet.start({ places: 0 });
  expect(await next.admit({ idempotency })).toMatchObject({ replayed: true, render: { id: render.id } });
});
