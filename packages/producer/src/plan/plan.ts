import {
  formatFps,
  type Fps,
  type Plan,
  ProblemError,
  type RenderOptions,
  RESOLUTIONS,
} from "@framewright/contract";
import { type Output, type Probe, recordOf } from "@framewright/engine";
import type { LibraryReport } from "@framewright/local-cdn";

import type { RefusedRequest } from "../files/egress-record.ts";
import { layOutChunks } from "./chunk-layout.ts";
import { guardDuration } from "./duration-guard.ts";
import { estimate } from "./estimate.ts";
import { guardContent, variableWarnings } from "./content-guard.ts";
import { frameAt, frameRange } from "./frame-range.ts";
import { guardLibraries } from "./library-guard.ts";
import type { PlanLimits } from "./limits.ts";
import { planSound } from "./plan-sound.ts";
import { planWarnings } from "./plan-warnings.ts";
import { guardSize, type Size } from "./size-guard.ts";

/** What is asked for, with its output resolved. */
type PlanOptions = RenderOptions & { readonly output: Output };

export interface PlanInput {
  readonly probe: Probe;
  readonly options: PlanOptions;
  readonly fps: Fps;
  readonly snapshotHash: string;
  readonly hosts: readonly string[];
  readonly refused: readonly RefusedRequest[];
  readonly libraries: LibraryReport;
  readonly limits: PlanLimits;
  readonly workers: number;
}

export interface Planned {
  readonly plan: Plan;
  /** CSS pixels of the page: what a chunk opens it with. */
  readonly page: Size;
}

function countFrames(seconds: number, fps: Fps, maxFrames: number): number {
  const frames = Math.max(1, Math.round((seconds * fps.num) / fps.den));
  if (frames <= maxFrames) return frames;
  const at = `${seconds} s at ${formatFps(fps)} frames per second`;
  throw new ProblemError(
    "frames-too-many",
    `${at} are ${frames} frames; PRODUCER_MAX_FRAMES allows ${maxFrames}.`,
  );
}

function requestedSize({ width, height, outputResolution }: RenderOptions) {
  return {
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(outputResolution !== undefined && RESOLUTIONS[outputResolution]),
  };
}

/**
 * Turns what a page declares into a plan. The guards pass, by arithmetic, before any frame or chunk is counted out.
 * @throws ProblemError owned by the composition or the caller
 */
export function plan(input: PlanInput): Planned {
  const { probe, options, fps, snapshotHash, hosts, refused, libraries, limits, workers } = input;
  const { declarations } = probe;
  guardContent(declarations, options.strictVariables !== false);
  guardLibraries(probe, libraries);
  const duration = guardDuration(declarations, limits.maxDurationSeconds, options.duration);
  const totalFrames = countFrames(duration.seconds, fps, limits.maxFrames);
  const { sizeMultiple, join, sound } = recordOf(options.output);
  const { page, video, deviceScaleFactor, warnings } = guardSize(
    declarations,
    requestedSize(options),
    sizeMultiple,
  );
  const range =
    join.kind === "single"
      ? frameAt(options.at ?? 0, totalFrames, fps)
      : frameRange(options.range, totalFrames, fps);
  const frames = range.endFrame - range.startFrame;
  const chunks = layOutChunks(range, video, limits.chunkSeconds);
  return {
    page,
    plan: {
      compositionId: declarations.compositionId,
      durationSeconds: duration.seconds,
      durationSource: duration.source,
      fps: formatFps(fps),
      ...video,
      deviceScaleFactor,
      ...range,
      frames,
      chunks,
      sound: sound === null || probe.sound === undefined ? null : planSound(probe.sound, range, fps),
      snapshotHash,
      hosts: [...hosts],
      libraries: [...libraries.served],
      missingLibraries: libraries.refused.map(({ url }) => url),
      warnings: [
        ...warnings,
        ...variableWarnings(declarations),
        ...planWarnings(probe, refused, libraries, duration, { fps, requestedSeconds: options.duration }),
      ],
      estimate: estimate(frames, chunks.length, video, workers),
    },
  };
}
