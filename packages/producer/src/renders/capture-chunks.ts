import { join } from "node:path";

import { type Chunk, isProblemError, type ProblemCode } from "@framewright/contract";
import type { ChunkFile } from "@framewright/engine";

import type { Planned } from "../plan/plan.ts";
import type { PlanDeps } from "./plan-render.ts";
import { pageJob } from "./plan-render.ts";
import { FrameMeter } from "./frame-meter.ts";
import { fpsOf, type RenderRecord } from "./render-record.ts";

/** What may be a fault of the machine and not of the composition: the chunk is tried again once, in a fresh browser. */
const WORTH_ANOTHER_TRY: ReadonlySet<ProblemCode> = new Set([
  "worker-lost",
  "browser-failed",
  "encode-failed",
  "page-crashed",
]);
const ATTEMPTS = 2;

/** A worker that has not told of a frame for this much longer than a frame may take is stuck. */
const STALL_MARGIN_MS = 10_000;

interface Capture {
  readonly record: RenderRecord;
  readonly planned: Planned;
  readonly deps: PlanDeps;
  readonly dir: string;
  readonly meter: FrameMeter;
  readonly signal: AbortSignal;
}

async function attempt(
  { record, planned, deps, dir, meter, signal }: Capture,
  chunk: Chunk,
): Promise<ChunkFile> {
  const { submission } = record;
  const { settings } = deps;
  const { page, plan } = planned;
  const file = await deps.workers.run(
    {
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
    },
    {
      deadline: record.deadline.getTime(),
      signal,
      // Earlier renders first, and within a render earlier chunks.
      priority: -record.order,
      stallTimeoutMs: Math.max(settings.readyTimeoutMs, settings.frameTimeoutMs) + STALL_MARGIN_MS,
      onProgress: ({ framesDone, waitingFor }) => {
        if (framesDone !== undefined) meter.update(chunk.index, framesDone);
        record.report({ ...meter.read(), ...(waitingFor !== undefined && { waitingFor }) });
      },
    },
  );
  meter.update(chunk.index, file.frames);
  return file;
}

async function captureOne(capture: Capture, chunk: Chunk): Promise<ChunkFile> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      const file = await attempt(capture, chunk);
      capture.record.observer.chunkEnded("done", file.frames);
      return file;
    } catch (error) {
      const isRetried = left > 1 && isProblemError(error) && WORTH_ANOTHER_TRY.has(error.code);
      const isCancelled = capture.signal.aborted;
      capture.record.observer.chunkEnded(isCancelled ? "cancelled" : isRetried ? "retried" : "failed", 0);
      capture.signal.throwIfAborted();
      if (!isRetried) throw error;
      capture.meter.update(chunk.index, 0);
      capture.record.warn({
        code: "chunk-retried",
        message: `Frames ${chunk.startFrame} to ${chunk.endFrame - 1} were rendered again: ${error.message}`,
        remedy: "Nothing, if it stays rare: the video is complete.",
      });
    }
  }
}

/** Renders all chunks of a plan. When one fails for good, the others are cancelled and have ended before this throws. */
export async function captureChunks(
  record: RenderRecord,
  planned: Planned,
  deps: PlanDeps,
  dir: string,
): Promise<ChunkFile[]> {
  const siblings = new AbortController();
  const signal = AbortSignal.any([record.abort.signal, siblings.signal]);
  const meter = new FrameMeter(planned.plan.frames);
  const capture: Capture = { record, planned, deps, dir, meter, signal };
  const results = await Promise.allSettled(
    planned.plan.chunks.map((chunk) =>
      captureOne(capture, chunk).catch((error: unknown) => {
        siblings.abort(error);
        throw error;
      }),
    ),
  );
  record.abort.signal.throwIfAborted();
  if (siblings.signal.aborted) throw siblings.signal.reason;
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}
