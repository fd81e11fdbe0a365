import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { RenderEvent } from "@framewright/contract";
import pino from "pino";
import { afterEach, beforeEach } from "vitest";

import { openArtifacts } from "../../src/artifacts/artifact-store.ts";
import { MemoryRenders, type MemoryRendersDeps } from "../../src/renders/memory-renders.ts";
import type { Submission } from "../../src/renders/port.ts";
import { openScratch, type Scratch } from "../../src/scratch/scratch.ts";
import type { Job } from "../../src/work/jobs.ts";
import type { RunOptions, Workers } from "../../src/work/workers.ts";

/** Made before each test of the file that imports this, and removed after it. */
export let dir: string;
let scratch: Scratch;
export let discarded: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "framewright-renders-"));
  scratch = await openScratch(dir);
  discarded = [];
});

afterEach(async () => {
  await scratch.close();
  await rm(dir, { recursive: true, force: true });
});

export type Behaviour = (job: Job, options: RunOptions) => Promise<unknown>;

const DECLARATIONS = {
  compositionId: "main",
  width: "1280",
  height: "720",
  durations: [{ source: "attribute", seconds: { type: "string", text: "20" } }],
  endless: [],
  variablesError: null,
  leadInMs: 0,
  warnings: [],
};

/** Does every job at once, as a healthy worker would. */
export const healthy: Behaviour = async (job) => {
  switch (job.kind) {
    case "probe":
      return {
        probe: { declarations: DECLARATIONS, uncaught: [], workers: [], failedRequests: [] },
        hosts: [],
        refused: [],
      };
    case "chunk":
      return {
        index: job.chunk.index,
        file: job.file,
        frames: job.chunk.endFrame - job.chunk.startFrame,
        bytes: 1,
      };
    case "assemble":
      await writeFile(job.file, "video");
      return { bytes: 5 };
    case "verify":
      return { passed: true, checks: [] };
  }
};

/** Never ends by itself. */
export const stuck: Behaviour = (_job, { signal }) =>
  new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
  });

/** Renders whose workers behave as told. */
export async function open(
  behaviour: Behaviour,
  overrides: Partial<Record<string, number>> = {},
  deps: Partial<MemoryRendersDeps> = {},
): Promise<MemoryRenders> {
  const workers = { run: (job: Job, options: RunOptions) => behaviour(job, options) } as unknown as Workers;
  return new MemoryRenders({
    workers,
    scratch,
    artifacts: await openArtifacts(join(dir, "artifacts")),
    log: pino({ level: "silent" }),
    refusal: () => null,
    settings: {
      // Only handed through to the workers, which are not real here.
      tools: {} as never,
      limits: { maxDurationSeconds: 100, maxFrames: 10_000 },
      allowedHosts: [],
      workers: 1,
      queueLimit: 2,
      renderTimeoutMs: 60_000,
      planTimeoutMs: 10_000,
      readyTimeoutMs: 10_000,
      frameTimeoutMs: 10_000,
      retentionMs: 1_000,
      renderScratchBytes: 1_000_000_000,
      ...overrides,
    },
    ...deps,
  });
}

let submitted = 0;

export function submission(extra: Partial<Submission> = {}): Submission {
  const name = `snapshot-${++submitted}`;
  return {
    snapshot: {
      source: "html",
      dir: join(dir, name),
      hash: "0",
      files: 1,
      bytes: 1,
      discard: async () => void discarded.push(name),
    },
    options: {},
    requestId: "request",
    ...extra,
  };
}

export async function eventsOf(renders: MemoryRenders, id: string, after = 0): Promise<RenderEvent[]> {
  const events: RenderEvent[] = [];
  for await (const event of renders.events(id, after, AbortSignal.timeout(5_000))) events.push(event);
  return events;
}
