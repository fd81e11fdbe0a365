import type { PictureMark } from "@framewright/engine";
import { expect, test } from "vitest";

import type { ChunkJob, ChunkResult } from "../../src/work/jobs.ts";
import { type Behaviour, except, healthy } from "./behaviours.ts";
import { ended, openFleet, workLeft } from "./fleet.ts";

const ALL = ["0-150", "150-300", "300-450", "450-600"];
const mark = (name: string): PictureMark => ({ name, shape: null });

/** A worker that notes the chunks that it captures, and to whom a chunk's first picture looks as is said, if anything is. */
function showing(captured: string[], first: (job: ChunkJob) => string | null = () => null): Behaviour {
  return except("chunk", async (job, options) => {
    const { chunk, withHistory } = job as ChunkJob;
    captured.push(`${chunk.startFrame}-${chunk.endFrame}${withHistory === true ? " with history" : ""}`);
    const result = (await healthy(job, options)) as ChunkResult;
    const seen = first(job as ChunkJob);
    return seen === null ? result : { ...result, seams: { ...result.seams, first: mark(seen) } };
  });
}

const seams = (count: number) => ({
  name: "seams",
  expected: `${count} equal`,
  actual: `${count} equal`,
  passed: true,
});

test("a verdict counts the seams that were proved", async () => {
  const fleet = await openFleet();
  const captured: string[] = [];
  const host = await fleet.start({ behaviour: showing(captured) });
  const render = await ended(host, (await host.submit()).id);
  expect(render).toMatchObject({ state: "succeeded", warnings: [], verdict: { checks: [seams(3)] } });
  expect(captured.toSorted()).toEqual(ALL);
});

test("from the first seam that does not hold, one page draws the rest; another render finds all of it", async () => {
  const fleet = await openFleet();
  const captured: string[] = [];
  const depends = ({ chunk, withHistory }: ChunkJob): string | null =>
    chunk.startFrame >= 300 && withHistory !== true ? "something else" : null;
  const host = await fleet.start({ behaviour: showing(captured, depends) });
  for (const attempt of ["new", "reused"]) {
    const render = await ended(host, (await host.submit({ html: "the same" })).id);
    expect(render, attempt).toMatchObject({
      state: "succeeded",
      progress: { framesDone: 600 },
      warnings: [{ code: "history-dependent", frames: { startFrame: 300, endFrame: 600 } }],
      verdict: { checks: [seams(2)] },
    });
    expect(captured.slice(0, 4).toSorted()).toEqual(ALL);
    expect(captured.slice(4)).toEqual(["300-600 with history"]);
  }
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("chunks whose pages jumped to a wrong place are stepped there, together; their neighbours stay", async () => {
  const fleet = await openFleet();
  const captured: string[] = [];
  const behaviour = except("chunk", async (job, options) => {
    const { chunk, mayJump } = job as ChunkJob;
    captured.push(`${chunk.startFrame}-${chunk.endFrame}${mayJump === true ? " by a jump" : ""}`);
    const result = (await healthy(job, options)) as ChunkResult;
    if (mayJump !== true) return result;
    const first = chunk.startFrame < 300 ? result.seams.first : mark("something else");
    return { ...result, seams: { ...result.seams, first, hasJumped: true } };
  });
  const host = await fleet.start({ behaviour });
  const render = await ended(host, (await host.submit({ html: "the same" })).id);
  expect(render).toMatchObject({
    state: "succeeded",
    progress: { framesDone: 600 },
    warnings: [{ code: "chunk-retried" }],
    verdict: { checks: [seams(3)] },
  });
  const [first = "", ...others] = ALL;
  expect(captured.splice(0, 4).toSorted()).toEqual([first, ...others.map((frames) => `${frames} by a jump`)]);
  expect(captured.splice(0).toSorted()).toEqual(["300-450", "450-600"]);
  // Where nothing comes before, nothing would prove a jump.
  const part = { range: { startFrame: 150, endFrame: 450 } };
  await ended(host, (await host.submit({ html: "the same", options: part })).id);
  expect(captured).toContain("150-300");
});

test("where a page with its history differs too, one page draws the whole video", async () => {
  const fleet = await openFleet();
  const captured: string[] = [];
  const depends = ({ chunk }: ChunkJob): string | null =>
    chunk.startFrame === 450 ? "something else" : null;
  const host = await fleet.start({ behaviour: showing(captured, depends) });
  const render = await ended(host, (await host.submit()).id);
  expect(render).toMatchObject({
    state: "succeeded",
    warnings: [{ code: "history-dependent" }, { code: "history-dependent" }],
    verdict: { passed: true, checks: [] },
  });
  expect(captured.slice(4)).toEqual(["450-600 with history", "0-600 with history"]);
});

test("chunks that tell too little of their seams are rendered again", async () => {
  const fleet = await openFleet();
  const captured: string[] = [];
  const host = await fleet.start({ behaviour: showing(captured) });
  const html = "the same";
  // Of a part, the last chunk says nothing of the frame that follows.
  await ended(host, (await host.submit({ html, options: { range: { startFrame: 0, endFrame: 300 } } })).id);
  expect(captured.splice(0).toSorted()).toEqual(["0-150", "150-300"]);
  await ended(host, (await host.submit({ html })).id);
  expect(captured.splice(0).toSorted()).toEqual(["150-300", "300-450", "450-600"]);
  // Those of an older service say nothing at all.
  await fleet.database.query("UPDATE framewright.chunk_files SET seams = NULL");
  const render = await ended(host, (await host.submit({ html })).id);
  expect(render).toMatchObject({ state: "succeeded", verdict: { checks: [seams(3)] } });
  expect(captured.toSorted()).toEqual(ALL);
});
