import { rm } from "node:fs/promises";

import { asDiskFull } from "../../disk-full.ts";
import { RunError } from "../../run-for-output.ts";
import { type DecodeBounds, decodeSound } from "./decode-sound.ts";
import { gainOf } from "./gain.ts";
import { limitSound } from "./limit-sound.ts";
import { loopSound } from "./loop-sound.ts";
import { type MixFile, openMixFile } from "./mix-file.ts";
import { CHANNELS, type Placement, placeSource, SAMPLE_RATE, type SoundSource } from "./sound-source.ts";
import { stretchSound } from "./stretch-sound.ts";
import { writeWav } from "./write-wav.ts";

/** Frames that are read, changed or written at a time: a third of a second. */
const BLOCK_FRAMES = 16_384;

export interface Mix {
  readonly sources: readonly SoundSource[];
  /** The second of the video with which the mix begins. */
  readonly origin: number;
  /** How long it is, in samples of each channel. */
  readonly samples: number;
  /** The file to write. */
  readonly file: string;
}

export interface MixedSound {
  /** The loudest sample, 1 being full scale. */
  readonly peak: number;
  /** The loudest sample of the sum, before what was too loud was turned down. */
  readonly summedPeak: number;
}

/** The sound of a source, from where it is first heard: at its rate, repeated where it repeats. */
function playSource(
  source: SoundSource,
  { mediaFrom }: Placement,
  bounds: DecodeBounds,
): AsyncIterable<Float32Array> {
  const open = (from: number): AsyncIterable<Float32Array> => decodeSound(source, from, bounds);
  const { loopStart, rate } = source;
  const whole =
    loopStart === null ? open(mediaFrom) : loopSound(open, mediaFrom, Math.round(loopStart * SAMPLE_RATE));
  return rate === 1 ? whole : stretchSound(whole, rate);
}

/** Gathers blocks of any size into larger ones, up to so many frames. */
async function* gather(blocks: AsyncIterable<Float32Array>, frames: number): AsyncGenerator<Float32Array> {
  let left = frames * CHANNELS;
  let gathered = new Float32Array(BLOCK_FRAMES * CHANNELS);
  let filled = 0;
  for await (const block of blocks) {
    for (let taken = 0; taken < block.length && left > 0;) {
      const part = block.subarray(taken, taken + Math.min(gathered.length - filled, left));
      gathered.set(part, filled);
      filled += part.length;
      taken += part.length;
      left -= part.length;
      if (filled < gathered.length) continue;
      yield gathered;
      gathered = new Float32Array(gathered.length);
      filled = 0;
    }
    if (left === 0) break;
  }
  if (filled > 0) yield gathered.subarray(0, filled);
}

export interface MixBounds extends DecodeBounds {
  /** Called now and then, as long as it goes on. */
  readonly onProgress: () => void;
}

async function addSource(source: SoundSource, mix: Mix, sum: MixFile, bounds: MixBounds): Promise<void> {
  const placement = placeSource(source, mix.origin, mix.samples);
  if (placement === null) return;
  const gain = gainOf(source);
  let at = placement.from;
  for await (const block of gather(playSource(source, placement, bounds), placement.to - placement.from)) {
    for (let index = 0; index < block.length; index += CHANNELS) {
      const factor = gain(mix.origin + (at + index / CHANNELS) / SAMPLE_RATE);
      block[index] = (block[index] ?? 0) * factor;
      block[index + 1] = (block[index + 1] ?? 0) * factor;
    }
    await sum.add(block, at);
    at += block.length / CHANNELS;
    bounds.signal.throwIfAborted();
    bounds.onProgress();
  }
}

async function* readMix(
  sum: MixFile,
  samples: number,
  { signal, onProgress }: MixBounds,
): AsyncGenerator<Float32Array> {
  for (let at = 0; at < samples; at += BLOCK_FRAMES) {
    signal.throwIfAborted();
    onProgress();
    yield await sum.read(at, Math.min(BLOCK_FRAMES, samples - at));
  }
}

async function peakOf(blocks: AsyncIterable<Float32Array>): Promise<number> {
  let peak = 0;
  for await (const block of blocks) for (const sample of block) peak = Math.max(peak, Math.abs(sample));
  return peak;
}

/** What a source could not be decoded for. */
export class SourceFailure extends Error {
  override readonly name = "SourceFailure";
  readonly source: number;

  constructor(source: number, cause: RunError) {
    super(`Source ${source} could not be decoded.`, { cause });
    this.source = source;
  }
}

/**
 * Mixes sources into a WAV file of 48 kHz, stereo, 16 bits, exactly as long as asked for. A sum that exceeds full scale is
 * turned down where it does.
 * @throws SourceFailure, ProblemError `disk-full`
 */
export async function mixSound(mix: Mix, bounds: MixBounds): Promise<MixedSound> {
  const scratch = `${mix.file}.sum`;
  try {
    const sum = await openMixFile(scratch, mix.samples);
    try {
      for (const [index, source] of mix.sources.entries()) {
        await addSource(source, mix, sum, bounds).catch((error: unknown) => {
          bounds.signal.throwIfAborted();
          throw error instanceof RunError ? new SourceFailure(index, error) : error;
        });
      }
      const all = (): AsyncIterable<Float32Array> => readMix(sum, mix.samples, bounds);
      const summedPeak = await peakOf(all());
      const { peak } = await writeWav(mix.file, mix.samples, summedPeak > 1 ? limitSound(all()) : all());
      return { peak, summedPeak };
    } finally {
      await sum.close();
    }
  } catch (error) {
    await rm(mix.file, { force: true });
    throw asDiskFull(error);
  } finally {
    await rm(scratch, { force: true });
  }
}
