import { rm } from "node:fs/promises";
import { join } from "node:path";

import { ProblemError } from "@framewright/contract";
import { expect, test } from "vitest";

import type { Job } from "../../src/work/jobs.ts";
import { type Behaviour, healthy, probeOf, stuck } from "./behaviours.ts";
import { ended, openFleet, workLeft } from "./fleet.ts";

const SOURCE = {
  selector: "#music",
  src: "music.mp3",
  isFile: true,
  codec: "mp3",
  channels: 2,
  startSeconds: 0,
  endSeconds: null,
  mediaStartSeconds: 0,
  loopStartSeconds: null,
  zeroSeconds: 0,
  rate: 1,
  volume: 1,
  fadeInSeconds: 0,
  fadeOutSeconds: 0,
};

/** A worker whose pages are heard; it notes its jobs. */
function heard(jobs: Job[], mix: Behaviour = healthy): Behaviour {
  return async (job, options) => {
    jobs.push(job);
    if (job.kind === "probe") return probeOf({ sound: { sources: [SOURCE], isSampled: false } });
    return job.kind === "sound" ? mix(job, options) : healthy(job, options);
  };
}

const kinds = (jobs: readonly Job[]): string[] => jobs.map(({ kind }) => kind).toSorted();

test("a sound is mixed once beside the chunks, joined with them, used again, and mixed again when it came to harm", async () => {
  const fleet = await openFleet();
  const jobs: Job[] = [];
  const host = await fleet.start({ behaviour: heard(jobs) });
  const first = await ended(host, (await host.submit({ html: "the same" })).id);
  expect(first).toMatchObject({ state: "succeeded", progress: { framesDone: 600 } });
  expect(kinds(jobs)).toEqual(["assemble", "chunk", "chunk", "chunk", "chunk", "probe", "sound", "verify"]);
  const mixed = jobs.find((job) => job.kind === "sound");
  expect(mixed).toMatchObject({ startFrame: 0, endFrame: 600, plan: { samples: 20 * 48_000 } });
  expect(jobs.find((job) => job.kind === "assemble")).toMatchObject({
    sound: expect.stringContaining("sound.wav"),
  });
  expect(jobs.find((job) => job.kind === "verify")).toMatchObject({
    expectation: { sound: { samples: 20 * 48_000, peak: 0.5 } },
  });

  jobs.length = 0;
  const again = await ended(host, (await host.submit({ html: "the same" })).id);
  expect(again).toMatchObject({ state: "succeeded", reused: { chunks: 4, frames: 600 } });
  expect(kinds(jobs)).toEqual(["assemble", "probe", "verify"]);

  jobs.length = 0;
  const [file] = await fleet.database.query<{ key: string }>(
    "SELECT key FROM framewright.chunk_files WHERE key LIKE '%.wav'",
  );
  await rm(join(fleet.dir, "store", file?.key ?? "none"));
  const healed = await ended(host, (await host.submit({ html: "the same" })).id);
  expect(healed.state).toBe("succeeded");
  expect(healed.warnings.map(({ code }) => code)).toEqual(["chunk-retried"]);
  expect(kinds(jobs)).toEqual(["assemble", "probe", "sound", "verify"]);
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("a sound whose worker is lost is mixed again", async () => {
  const fleet = await openFleet();
  let tries = 0;
  const lost = heard([], async (job, options) => {
    if (tries++ === 0) throw new ProblemError("worker-lost", "The worker was lost.");
    return healthy(job, options);
  });
  const host = await fleet.start({ behaviour: lost });
  const render = await ended(host, (await host.submit({ html: "lost" })).id);
  expect(render).toMatchObject({
    state: "succeeded",
    warnings: [{ code: "chunk-retried", message: expect.stringContaining("The sound was mixed again") }],
  });
});

test("a sound that cannot be decoded fails its render, and a cancelled one is taken off the queue", async () => {
  const fleet = await openFleet();
  const broken = heard([], async () => {
    throw new ProblemError("media-invalid", "music.mp3, the file of #music, cannot be decoded.");
  });
  const host = await fleet.start({ behaviour: broken });
  const failed = await ended(host, (await host.submit({ html: "broken" })).id);
  expect(failed).toMatchObject({ state: "failed", problem: { code: "media-invalid", owner: "composition" } });
  await host.stop();

  const waiting = Promise.withResolvers<void>();
  const other = await fleet.start({
    behaviour: heard([], (job, options) => {
      waiting.resolve();
      return stuck(job, options);
    }),
  });
  const { id } = await other.submit({ html: "cancelled" });
  await waiting.promise;
  await other.renders.cancel(id, "Not wanted.", "default");
  expect(await ended(other, id)).toMatchObject({ state: "cancelled" });
  expect(await workLeft(fleet.database)).toEqual([]);
});
