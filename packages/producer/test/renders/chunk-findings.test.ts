import { expect, test } from "vitest";

import type { ChunkResult } from "../../src/work/jobs.ts";
import { type Behaviour, except, healthy } from "./behaviours.ts";
import { ended, openFleet } from "./fleet.ts";

const at = (frame: number) => ({ startFrame: frame, endFrame: frame + 1 });

/** A page that throws from frame 160 on, and asks for a missing file while it loads and in frame 310. */
const failing: Behaviour = except("chunk", async (job, options) => {
  const result = (await healthy(job, options)) as ChunkResult;
  if (job.kind !== "chunk") return result;
  const { startFrame, endFrame } = job.chunk;
  const thrownAt = startFrame >= 300 ? { startFrame: 0, endFrame: startFrame } : at(160);
  const uncaught = endFrame > 160 ? [{ text: "Error: from 160 on", frames: thrownAt }] : [];
  const missing = { url: "http://composition.localhost/a.png", reason: "HTTP 404", refused: false };
  const late = { ...missing, url: "http://composition.localhost/b.png", frames: at(310) };
  return {
    ...result,
    news: {
      uncaught,
      workers: [],
      failedRequests: [missing, ...(startFrame <= 310 && endFrame > 310 ? [late] : [])],
    },
  };
});

test("what chunks have to tell is told once, with the frame where it was first seen, also by chunks that are reused", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ behaviour: failing });
  for (const reused of [0, 4]) {
    const render = await ended(host, (await host.submit({ html: "the same" })).id);
    expect(render).toMatchObject({ state: "succeeded", reused: { chunks: reused } });
    expect(render.warnings).toMatchObject([
      { code: "request-failed", message: expect.stringContaining("/a.png") },
      { code: "page-error", message: expect.stringContaining("from 160 on"), frames: at(160) },
      { code: "request-failed", message: expect.stringContaining("/b.png"), frames: at(310) },
    ]);
    expect(render.warnings[0]).not.toHaveProperty("frames");
  }
});
