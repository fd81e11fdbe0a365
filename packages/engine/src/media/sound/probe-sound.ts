import { stat } from "node:fs/promises";

import { ProblemError, type SoundSourcePlan } from "@framewright/contract";

import type { MediaElement } from "../../page-protocol.ts";
import { RunError } from "../../run-for-output.ts";
import { lastWords, mediaName, projectFile } from "../media-name.ts";
import { type MediaInfo, probeMedia, type SoundStream } from "../probe-media.ts";
import { decodeSound } from "./decode-sound.ts";

/** More streams than any film has. */
const MAX_STREAMS = 64;
/** HyperFrames' loudest, +12 dB. */
const MAX_VOLUME = 10 ** (12 / 20);

/** Bounds of what a composition may have of sound and video. */
export interface MediaLimits {
  /** Elements that are heard. */
  readonly maxTracks: number;
  /** Of one file. */
  readonly maxSeconds: number;
}

export interface SoundProbe {
  /** Where the file of an address lies on this machine; null where there is none. */
  readonly fileOf: (src: string) => Promise<string | null>;
  readonly ffmpeg: string;
  readonly ffprobe: string;
  readonly limits: MediaLimits;
  /** Whether scripts may change volumes while the video runs. */
  readonly mayChange: boolean;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Whether an element plays at all: by the composition's time, or by itself. */
function isPlayed({ src, timed, autoplay, start, end }: MediaElement): boolean {
  return src !== null && (timed || autoplay) && (end === null || end > start);
}

/** Whether an element is to be heard, as far as it says itself. */
function isHeard(element: MediaElement, mayChange: boolean): boolean {
  const { kind, muted, hasAudio, volume } = element;
  const isSilent = muted || (kind === "video" && hasAudio === false);
  return isPlayed(element) && !isSilent && (volume > 0 || mayChange);
}

const invalid = (selector: string, src: string, why: string, cause?: unknown): ProblemError =>
  new ProblemError("media-invalid", `${mediaName(src)}, the file of ${selector}, ${why}`, { cause });

/** Ends with the first sound, or says why there is none. */
async function tryDecoding(file: string, info: MediaInfo, probe: SoundProbe): Promise<boolean> {
  const channels = info.sound?.channels ?? 2;
  for await (const block of decodeSound({ file, channels, zero: info.zero }, 0, probe))
    if (block.length > 0) return true;
  return false;
}

/** What a file holds that an element wants to be heard; null for a video without sound. @throws ProblemError */
async function probeFile(
  { kind, selector }: MediaElement,
  src: string,
  probe: SoundProbe,
): Promise<MediaInfo | null> {
  const file = await probe.fileOf(src);
  if (file === null)
    throw new ProblemError(
      "media-missing",
      `${selector} plays ${mediaName(src)}, and there is no such file.`,
    );
  if ((await stat(file)).size === 0) throw invalid(selector, src, "is empty.");
  try {
    const info = await probeMedia(file, probe);
    checkLimits(selector, src, info, probe.limits);
    if (info.sound === null && kind === "video") return null;
    if (info.sound === null) throw invalid(selector, src, "holds no sound.");
    if (!(await tryDecoding(file, info, probe))) throw invalid(selector, src, "is empty.");
    return info;
  } catch (error) {
    probe.signal.throwIfAborted();
    if (!(error instanceof RunError)) throw error;
    throw invalid(selector, src, `cannot be decoded: ${lastWords(error, file)}.`, error);
  }
}

function checkLimits(
  selector: string,
  src: string,
  { streams, seconds }: MediaInfo,
  limits: MediaLimits,
): void {
  const name = `${mediaName(src)}, the file of ${selector},`;
  if (streams > MAX_STREAMS)
    throw new ProblemError(
      "media-too-large",
      `${name} has ${streams} streams; at most ${MAX_STREAMS} are read.`,
    );
  if (seconds !== null && seconds > limits.maxSeconds) {
    const allowed = `PRODUCER_MAX_MEDIA_SECONDS allows ${limits.maxSeconds}`;
    throw new ProblemError("media-too-large", `${name} is ${Math.round(seconds)} s long; ${allowed}.`);
  }
}

/** Where an element ends, by itself or with its file; null where nothing says it. */
function endOf({ start, end, mediaStart, rate, loop }: MediaElement, { seconds }: MediaInfo): number | null {
  if (end !== null || loop || seconds === null) return end;
  return start + Math.max(0, seconds - mediaStart) / rate;
}

function describe(element: MediaElement, src: string, sound: SoundStream, info: MediaInfo): SoundSourcePlan {
  const { selector, start, mediaStart, rate, loop, loopStart } = element;
  return {
    selector,
    src: projectFile(src) ?? mediaName(src),
    isFile: projectFile(src) !== null,
    codec: sound.codec,
    channels: sound.channels,
    startSeconds: start,
    endSeconds: endOf(element, info),
    mediaStartSeconds: mediaStart,
    loopStartSeconds: loop ? loopStart : null,
    zeroSeconds: info.zero,
    rate,
    volume: Math.min(element.volume, MAX_VOLUME),
    fadeInSeconds: element.fadeIn,
    fadeOutSeconds: element.fadeOut,
  };
}

/**
 * Looks into the file of every element that is heard, each once, and says what is heard of it.
 * @throws ProblemError `media-missing`, `media-invalid`, `media-too-large`
 */
export async function probeSound(
  elements: readonly MediaElement[],
  probe: SoundProbe,
): Promise<SoundSourcePlan[]> {
  const heard = elements.filter((element) => isHeard(element, probe.mayChange));
  const { maxTracks } = probe.limits;
  if (heard.length > maxTracks) {
    const detail = `${heard.length} elements are heard; PRODUCER_MAX_SOUNDS allows ${maxTracks}.`;
    throw new ProblemError("media-too-large", detail);
  }
  const known = new Map<string, MediaInfo | null>();
  const sources: SoundSourcePlan[] = [];
  for (const element of heard) {
    const { src } = element;
    if (src === null) continue;
    const info = known.get(src) ?? (await probeFile(element, src, probe));
    known.set(src, info);
    if (info?.sound) sources.push(describe(element, src, info.sound, info));
  }
  return sources;
}
