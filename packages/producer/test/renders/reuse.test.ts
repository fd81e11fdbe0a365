import { rm, truncate, writeFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { type Behaviour, except, healthy, probeOf } from "./behaviours.ts";
import { ended, openFleet, workLeft } from "./fleet.ts";

/** A healthy worker that notes the frames of the chunks that it captures. */
function noting(captured: string[], behaviour: Behaviour = healthy): Behaviour {
  return (job, options) => {
    if (job.kind === "chunk") captured.push(`${job.chunk.startFrame}-${job.chunk.endFrame}`);
    return behaviour(job, options);
  };
}

const ALL = ["0-150", "150-300", "300-450", "450-600"];

test("a new render of the same composition captures nothing, and says what it reused", async () => {
  const fleet = await openFleet();
  const captured: string[] = [];
  const host = await fleet.start({ behaviour: noting(captured) });
  await ended(host, (await host.submit({ html: "the same" })).id);
  expect(captured.toSorted()).toEqual(ALL);
  const again = await ended(host, (await host.submit({ html: "the same" })).id);
  expect(again).toMatchObject({
    state: "succeeded",
    reused: { chunks: 4, frames: 600 },
    progress: { framesDone: 600 },
  });
  expect(captured).toHaveLength(4);
});

test.each([
  ["the composition", {}, "another"],
  ["a variable", { variables: { a: 2 } }, "the same"],
  ["the quality", { variables: { a: 1 }, quality: "high" }, "the same"],
  ["the frame rate", { variables: { a: 1 }, fps: 25 }, "the same"],
  ["the size", { variables: { a: 1 }, width: 640 }, "the same"],
] as const)("another %s makes other chunks", async (_, options, html) => {
  const fleet = await openFleet();
  const host = await fleet.start();
  const first = { variables: { a: 1 } };
  await ended(host, (await host.submit({ html: "the same", options: first })).id);
  const other = await ended(host, (await host.submit({ html, options })).id);
  expect(other).toMatchObject({ state: "succeeded", reused: { chunks: 0, frames: 0 } });
});

test("the order of the variables makes no other chunks", async () => {
  const fleet = await openFleet();
  const host = await fleet.start();
  await ended(
    host,
    (await host.submit({ html: "x", options: { variables: { a: 1, b: { c: 2, d: 3 } } } })).id,
  );
  const again = await ended(
    host,
    (await host.submit({ html: "x", options: { variables: { b: { d: 3, c: 2 }, a: 1 } } })).id,
  );
  expect(again.reused).toEqual({ chunks: 4, frames: 600 });
});

test("chunks of a page that loads from elsewhere belong to their render alone", async () => {
  const fleet = await openFleet();
  const behaviour = except("probe", async () => probeOf({ hosts: ["cdn.example"] }));
  const host = await fleet.start({ behaviour });
  await ended(host, (await host.submit({ html: "the same" })).id);
  const again = await ended(host, (await host.submit({ html: "the same" })).id);
  expect(again.reused).toEqual({ chunks: 0, frames: 0 });
});

const harms = [
  ["is gone", (file: string) => rm(file)],
  ["is cut short", (file: string) => truncate(file, 1)],
  ["has other bytes", (file: string) => writeFile(file, "999-999;")],
] as const;

test.each(harms)("a chunk that %s in the store is captured again, and only it", async (_, harm) => {
  const fleet = await openFleet();
  const captured: string[] = [];
  const host = await fleet.start({ behaviour: noting(captured) });
  await ended(host, (await host.submit({ html: "the same" })).id);
  captured.length = 0;
  const [second] = await fleet.database.query<{ key: string }>(
    "SELECT f.key FROM framewright.chunks c JOIN framewright.chunk_files f USING (hash) WHERE c.index = 1",
  );
  await harm(fleet.store.localPath?.(second?.key ?? "") ?? "");
  const again = await ended(host, (await host.submit({ html: "the same" })).id);
  expect(again).toMatchObject({
    state: "succeeded",
    progress: { framesDone: 600 },
    warnings: [{ code: "chunk-retried", message: expect.stringContaining("come to harm") }],
  });
  expect(captured).toEqual(["150-300"]);
  // The next one finds the new file.
  expect((await ended(host, (await host.submit({ html: "the same" })).id)).reused?.chunks).toBe(4);
  expect(captured).toHaveLength(1);
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("a chunk that another render has made anew meanwhile is not made once more", async () => {
  const fleet = await openFleet();
  const captured: string[] = [];
  const [found, made] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let harmed = 0;
  const store: typeof fleet.store = {
    ...fleet.store,
    fetch: (...given) =>
      fleet.store.fetch(...given).catch(async (error: unknown) => {
        harmed += 1;
        if (harmed === 1) {
          found.resolve();
          await made.promise;
        }
        throw error;
      }),
  };
  const host = await fleet.start({ store, behaviour: noting(captured) });
  const html = "the same";
  expect((await ended(host, (await host.submit({ html })).id)).state).toBe("succeeded");
  const [chunk] = await fleet.database.query<{ key: string }>(
    "SELECT key FROM framewright.chunk_files ORDER BY hash",
  );
  await rm(fleet.store.localPath(chunk?.key ?? "") ?? "");
  captured.length = 0;
  const slow = await host.submit({ html });
  await found.promise;
  const quick = await host.submit({ html });
  expect(await ended(host, quick.id)).toMatchObject({ state: "succeeded", progress: { framesDone: 600 } });
  made.resolve();
  expect(await ended(host, slow.id)).toMatchObject({ state: "succeeded", progress: { framesDone: 600 } });
  expect(captured).toHaveLength(1);
});

test("a store that harms every chunk fails the render in the end", async () => {
  const fleet = await openFleet();
  const store = {
    ...fleet.store,
    fetch: async (key: string, file: string, options: Parameters<typeof fleet.store.fetch>[2]) => {
      await writeFile(fleet.store.localPath?.(key) ?? "", "harm");
      return fleet.store.fetch(key, file, options);
    },
  };
  const host = await fleet.start({ store });
  const { id } = await host.submit();
  expect(await ended(host, id)).toMatchObject({ state: "failed", problem: { code: "artifact-corrupt" } });
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("a failed assembly loses no chunk: a new render of the same goes on from them", async () => {
  const fleet = await openFleet();
  const captured: string[] = [];
  let fails = true;
  const host = await fleet.start({
    behaviour: noting(
      captured,
      except("assemble", async (job, options) => {
        if (fails) throw new Error("It cannot be joined.");
        return healthy(job, options);
      }),
    ),
  });
  expect((await ended(host, (await host.submit({ html: "the same" })).id)).state).toBe("failed");
  fails = false;
  expect(await ended(host, (await host.submit({ html: "the same" })).id)).toMatchObject({
    state: "succeeded",
    reused: { chunks: 4 },
  });
  expect(captured.toSorted()).toEqual(ALL);
});

test("two renders of the same composition at once capture each chunk for both where they can", async () => {
  const fleet = await openFleet();
  const captured: string[] = [];
  const host = await fleet.start({ behaviour: noting(captured), places: 1 });
  const ids = [(await host.submit({ html: "the same" })).id, (await host.submit({ html: "the same" })).id];
  for (const id of ids) expect((await ended(host, id)).state).toBe("succeeded");
  expect(captured.toSorted()).toEqual(ALL);
});
