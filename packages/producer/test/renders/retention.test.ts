import { setTimeout as sleep } from "node:timers/promises";

import { expect, onTestFinished, test, vi } from "vitest";

import {
  forgetRenders,
  type RetentionDeps,
  sweepArtifacts,
  sweepChunks,
  sweepOrphans,
  sweepSnapshots,
} from "../../src/renders/retention.ts";
import type { Store } from "../../src/store/port.ts";
import { except, healthy, stuck } from "./behaviours.ts";
import { ended, eventsOf, type Fleet, type Host, openFleet } from "./fleet.ts";

async function keysOf({ store }: Fleet): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of ["chunks/", "renders/", "snapshots/"]) {
    for await (const { key } of store.list(prefix)) keys.push(key);
  }
  return keys;
}

/** As if so much time had passed. */
async function age({ database }: Fleet, seconds: number): Promise<void> {
  for (const [table, column] of [
    ["renders", "finished_at"],
    ["chunk_files", "used_at"],
    ["snapshots", "used_at"],
    ["attempts", "started_at"],
  ] as const) {
    await database.query(`UPDATE framewright.${table} SET ${column} = ${column} - $1 * interval '1 second'`, [
      seconds,
    ]);
  }
}

/** What housekeeping does, one after the other. */
async function sweepRetained(deps: RetentionDeps): Promise<void> {
  for (const each of [sweepArtifacts, forgetRenders, sweepChunks, sweepSnapshots]) await each(deps);
}

const sweep = ({ flow }: Host): Promise<void> => sweepRetained(flow);

async function succeeded(host: Host, html?: string): Promise<string> {
  const { id } = await host.submit(html === undefined ? {} : { html });
  expect((await ended(host, id)).state).toBe("succeeded");
  return id;
}

test("artifacts, chunks and compositions go past their time with their bytes, and the render after twice that", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ settings: { retentionMs: 7_200_000 } });
  const id = await succeeded(host);
  expect(await keysOf(fleet)).toHaveLength(6);
  await age(fleet, 7_100);
  await sweep(host);
  expect(await keysOf(fleet)).toHaveLength(6);
  await age(fleet, 200);
  await sweep(host);
  expect(await keysOf(fleet)).toEqual([]);
  await expect(host.renders.artifact(id, "default")).rejects.toMatchObject({ code: "artifact-expired" });
  expect(await host.renders.get(id, "default")).toMatchObject({ state: "succeeded" });
  await age(fleet, 7_200);
  await sweep(host);
  await expect(host.renders.get(id, "default")).rejects.toMatchObject({ code: "render-not-found" });
  for (const table of ["renders", "chunks", "events", "chunk_files", "snapshots"]) {
    expect(await fleet.database.query(`SELECT 1 FROM framewright.${table}`)).toEqual([]);
  }
});

test("a failed render is forgotten too, with its key", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ places: 0 });
  const idempotency = { key: "k", requestHash: "a" };
  const { id } = await host.submit({ idempotency });
  await host.renders.cancel(id, "Not wanted.", "default");
  await age(fleet, 7_201);
  await sweep(host);
  expect((await host.admit({ idempotency })).replayed).toBe(false);
});

test("of more than may be kept, the oldest artifacts go, and no more than needed", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ settings: { retentionBytes: 12 } });
  const ids = [await succeeded(host), await succeeded(host), await succeeded(host)];
  await sweep(host);
  const left = await Promise.allSettled(ids.map((id) => host.renders.artifact(id, "default")));
  expect(left.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
});

test("what an unfinished render needs stays, however old it is", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ behaviour: except("assemble", stuck), settings: { retentionMs: 1 } });
  const { id } = await host.submit();
  await expect
    .poll(async () => (await host.renders.get(id, "default")).progress.stage, { timeout: 5_000 })
    .toBe("assemble");
  await age(fleet, 100_000);
  await sweep(host);
  expect(await keysOf(fleet)).toHaveLength(5);
});

test("what is used again is kept from then on", async () => {
  const fleet = await openFleet();
  const host = await fleet.start();
  await succeeded(host, "the same");
  await age(fleet, 3_000);
  await succeeded(host, "the same");
  await age(fleet, 3_000);
  await sweep(host);
  expect(await keysOf(fleet)).toHaveLength(6);
});

test("files that no row names go once they are old, and what is named stays", async () => {
  const fleet = await openFleet();
  const host = await fleet.start();
  await succeeded(host);
  const named = await keysOf(fleet);
  const { file } = { file: fleet.store.localPath?.(named[0] ?? "") ?? "" };
  const orphans = ["chunks/x/y-0.mp4", "renders/x/0.mp4", `snapshots/${"0".repeat(64)}.tar`];
  for (const key of orphans)
    await fleet.store.put(key, file, { contentType: "video/mp4" }, AbortSignal.timeout(5_000));
  await sweepOrphans(host.flow);
  expect(await keysOf(fleet)).toHaveLength(named.length + 3);
  const old: Store = {
    ...fleet.store,
    list: async function* (prefix) {
      for await (const found of fleet.store.list(prefix)) yield { ...found, storedAt: new Date(0) };
    },
  };
  await sweepOrphans({ ...host.flow, store: old });
  await sweepSnapshots(host.flow);
  expect((await keysOf(fleet)).toSorted()).toEqual(named.toSorted());
});

test("a host whose clock is ahead takes nothing for old that others have just put", async () => {
  const fleet = await openFleet();
  const host = await fleet.start();
  await succeeded(host);
  const [named = ""] = await keysOf(fleet);
  const file = fleet.store.localPath(named) ?? "";
  const put = { contentType: "video/mp4" };
  await fleet.store.put("chunks/x/y-0.mp4", file, put, AbortSignal.timeout(5_000));
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * 3_600_000 });
  onTestFinished(() => void vi.useRealTimers());
  await sweepOrphans(host.flow);
  expect(await keysOf(fleet)).toContain("chunks/x/y-0.mp4");
});

test("a composition that comes again while it is swept is there for its render", async () => {
  const fleet = await openFleet();
  const [deleting, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const host = await fleet.start();
  await succeeded(host, "the same");
  await age(fleet, 100_000);
  const slow: Store = {
    ...fleet.store,
    async delete(keys) {
      if (keys.some((key) => key.startsWith("snapshots/"))) {
        deleting.resolve();
        await go.promise;
      }
      await fleet.store.delete(keys);
    },
  };
  const sweeping = sweepRetained({ ...host.flow, store: slow });
  await deleting.promise;
  // A machine that does not have its files unpacked.
  const other = await fleet.start();
  const submitting = other.submit({ html: "the same", options: { fps: 25 } });
  await sleep(300);
  go.resolve();
  await sweeping;
  expect(await ended(other, (await submitting).id)).toMatchObject({ state: "succeeded" });
});

test("the events of a forgotten render end for who follows them", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ behaviour: healthy });
  const id = await succeeded(host);
  const all = await eventsOf(host, id);
  const reading = host.renders.events(id, all.at(-1)?.id ?? 0, AbortSignal.timeout(10_000), "default");
  await age(fleet, 100_000);
  const next = reading.next();
  await sweep(host);
  expect((await next).done).toBe(true);
});
