import { join } from "node:path";

import { type Chunk, isProblemError, withEvidence } from "@framewright/contract";
import type { ChunkFile } from "@framewright/engine";

import type { Planned } from "../plan/plan.ts";
import type { ChunkJob } from "../work/jobs.ts";
import type { RunOptions } from "../work/workers.ts";
import type { Charges, Loss } from "./charges.ts";
import { FrameMeter } from "./frame-meter.ts";
import { pageJob, type PlanDeps } from "./plan-render.ts";
import { fpsOf, type RenderRecord } from "./render-record.ts";
import { chunkSilenceMs } from "./time-limits.ts";
import { lossWords, untilDone } from "./until-done.ts";

export interface Capture {
  readonly record: RenderRecord;
  readonly planned: Planned;
  readonly deps: PlanDeps;
  readonly charges: Charges;
  readonly dir: string;
  readonly signal: AbortSignal;
}

interface ChunkCapture extends Capture {
  readonly meter: FrameMeter;
}

async function attempt(capture: ChunkCapture, chunk: Chunk, onStarted: () => void): Promise<ChunkFile> {
  const { record, planned, deps, dir, meter, signal } = capture;
  const { submission } = record;
  const { settings } = deps;
  const { page, plan } = planned;
  let captured = 0;
  const job: ChunkJob = {
    kind: "chunk",
    ...pageJob(submission, settings, dir),
    picture: {
      fps: fpsOf(submission.options.fps),
      ...page,
      videoWidth: plan.width,
      videoHeight: plan.height,
      deviceScaleFactor: plan.deviceScaleFactor,
      quality: submission.options.quality ?? "standard",
    },
    chunk,
    file: join(dir, `chunk-${chunk.index}.mp4`),
  };
  const bounds: RunOptions = {
    deadline: record.deadline.getTime(),
    signal,
    // Earlier renders first, and within a render earlier chunks.
    priority: -record.order,
    stallTimeoutMs: chunkSilenceMs(settings),
    onStarted,
    onProgress: ({ framesDone, waitingFor }) => {
      captured = framesDone ?? captured;
      if (framesDone !== undefined) meter.update(chunk.index, framesDone);
      record.report({ ...meter.read(), ...(waitingFor !== undefined && { waitingFor }) });
    },
  };
  const file = await deps.workers.run(job, bounds).catch((error: unknown) => {
    if (captured === 0 || !isProblemError(error)) throw error;
    throw withEvidence(error, { lastFrame: chunk.startFrame + captured - 1 });
  });
  meter.update(chunk.index, file.frames);
  return file;
}

async function captureOne(capture: ChunkCapture, chunk: Chunk): Promise<ChunkFile> {
  const { observer } = capture.record;
  const onLoss = (loss: Loss): void => {
    observer.chunkEnded("retried", 0);
    capture.meter.update(chunk.index, 0);
    capture.record.warn({
      code: "chunk-retried",
      message: `Frames ${chunk.startFrame} to ${chunk.endFrame - 1} were rendered again: ${lossWords(loss)}`,
      remedy: "Nothing, if it stays rare: the video is complete.",
    });
  };
  try {
    const file = await untilDone({ ...capture, onLoss }, (onStarted) => attempt(capture, chunk, onStarted));
    observer.chunkEnded("done", file.frames);
    return file;
  } catch (error) {
    observer.chunkEnded(capture.signal.aborted ? "cancelled" : "failed", 0);
    throw error;
  }
}

/** Renders all chunks of a plan. When one fails for good, the others are cancelled and have ended before this throws. */
export async function captureChunks(input: Capture): Promise<ChunkFile[]> {
  const { plan } = input.planned;
  const siblings = new AbortController();
  const signal = AbortSignal.any([input.signal, siblings.signal]);
  const capture = { ...input, signal, meter: new FrameMeter(plan.frames) };
  const results = await Promise.allSettled(
    plan.chunks.map((chunk) =>
      captureOne(capture, chunk).catch((error: unknown) => {
        siblings.abort(error);
        throw error;
      }),
    ),
  );
  input.signal.throwIfAborted();
  if (siblings.signal.aborted) throw siblings.signal.reason;
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}
