import { type Fps, ProblemError, type SoundPlan, type SoundSourcePlan } from "@framewright/contract";

import type { GainPoint } from "../../page-protocol.ts";
import { RunError } from "../../run-for-output.ts";
import { lastWords } from "../media-name.ts";
import { type MixedSound, mixSound, SourceFailure } from "./mix-sound.ts";
import type { SoundSource } from "./sound-source.ts";

export interface SoundTask {
  readonly plan: SoundPlan;
  readonly fps: Fps;
  /** The frame of the composition with which the video begins. */
  readonly startFrame: number;
  /** Exclusive. */
  readonly endFrame: number;
  /** The file to write. */
  readonly file: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
}

export interface SoundContext {
  readonly ffmpeg: string;
  /** Where the file of a source lies; null where it is not there. */
  readonly fileOf: (source: SoundSourcePlan) => Promise<string | null>;
  /** How loud a source is, over time. */
  readonly levelOf: (source: SoundSourcePlan) => readonly GainPoint[];
  readonly signal: AbortSignal;
  /** Called now and then, as long as it goes on. */
  readonly onProgress: () => void;
}

function toSource(plan: SoundSourcePlan, file: string, gain: readonly GainPoint[]): SoundSource {
  return {
    file,
    channels: plan.channels,
    zero: plan.zeroSeconds,
    start: plan.startSeconds,
    end: plan.endSeconds ?? Infinity,
    mediaStart: plan.mediaStartSeconds,
    rate: plan.rate,
    loopStart: plan.loopStartSeconds,
    gain,
    fadeIn: plan.fadeInSeconds,
    fadeOut: plan.fadeOutSeconds,
  };
}

/**
 * Mixes the sound of a video as its plan says.
 * @throws ProblemError `media-missing`, `media-invalid`, `disk-full`
 */
export async function makeSound(task: SoundTask, context: SoundContext): Promise<MixedSound> {
  const { plan, fps, startFrame, file, deadline } = task;
  const { ffmpeg, signal, onProgress } = context;
  const sources: SoundSource[] = [];
  for (const source of plan.sources) {
    const found = await context.fileOf(source);
    if (found === null)
      throw new ProblemError(
        "media-missing",
        `${source.selector} plays ${source.src}, and there is no such file.`,
      );
    sources.push(toSource(source, found, context.levelOf(source)));
  }
  const mix = { sources, origin: (startFrame * fps.den) / fps.num, samples: plan.samples, file };
  try {
    return await mixSound(mix, { ffmpeg, deadline, signal, onProgress });
  } catch (error) {
    const source = error instanceof SourceFailure ? plan.sources[error.source] : undefined;
    if (!(error instanceof SourceFailure) || source === undefined) throw error;
    const said =
      error.cause instanceof RunError ? lastWords(error.cause, sources[error.source]?.file ?? "") : "";
    const detail = `${source.src}, the file of ${source.selector}, cannot be decoded: ${said}.`;
    throw new ProblemError("media-invalid", detail, { cause: error });
  }
}
