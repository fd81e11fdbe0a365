import { CHANNELS } from "./sound-source.ts";

/** Half of a window, in samples: 21 ms, a period of the lowest tones. */
const HOP = 1024;
/** How far a window may be moved so that it goes on where the one before ends, in samples: 10 ms. */
const MAX_SHIFT = 480;
/** Slow sound is moved less: each millisecond of the file is several of the video there. */
const SLOWEST_SHIFT = 0.25;
/** First every fourth shift is tried, by every fourth sample; then those around the best one. */
const COARSE = 4;

/** The rising half of a Hann window; with the falling half of the one before it makes 1. */
const RISE = Float32Array.from(
  { length: HOP },
  (_, index) => 0.5 - 0.5 * Math.cos((Math.PI * (index + 0.5)) / HOP),
);

/** Sound as it comes, from a sample on that moves ahead; before its beginning and after its end there is silence. */
class Window {
  readonly #blocks: AsyncIterator<Float32Array>;
  #samples = new Float32Array(0);
  #start = 0;
  #ended = false;

  constructor(sound: AsyncIterable<Float32Array>) {
    this.#blocks = sound[Symbol.asyncIterator]();
  }

  get end(): number {
    return this.#start + this.#samples.length / CHANNELS;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Makes the samples of a range ready, and forgets those before it. */
  async cover(from: number, to: number): Promise<void> {
    while (!this.#ended && this.end < to) {
      const { done, value } = await this.#blocks.next();
      if (done === true) this.#ended = true;
      else this.#append(value, from);
    }
  }

  #append(block: Float32Array, from: number): void {
    const gone = Math.min(Math.max(0, from - this.#start), this.#samples.length / CHANNELS);
    const kept = this.#samples.subarray(gone * CHANNELS);
    const next = new Float32Array(kept.length + block.length);
    next.set(kept);
    next.set(block, kept.length);
    this.#samples = next;
    this.#start += gone;
  }

  at(sample: number, channel: number): number {
    return this.#samples[(sample - this.#start) * CHANNELS + channel] ?? 0;
  }

  /** Both channels together. */
  middle(sample: number): number {
    return this.at(sample, 0) + this.at(sample, 1);
  }

  close(): Promise<unknown> {
    return this.#blocks.return?.() ?? Promise.resolve();
  }
}

/** How alike two stretches of sound are, whatever their loudness. */
function likeness(sound: Window, a: number, b: number, step: number): number {
  let product = 0;
  let power = 1e-9;
  for (let index = 0; index < HOP; index += step) {
    const other = sound.middle(b + index);
    product += sound.middle(a + index) * other;
    power += other * other;
  }
  return product / Math.sqrt(power);
}

/** Where near `wanted` the sound goes on most like it does at `natural`. */
function bestStart(sound: Window, natural: number, wanted: number, shift: number): number {
  const search = (from: number, to: number, by: number, step: number): number => {
    let best = wanted;
    let most = -Infinity;
    for (let start = from; start <= to; start += by) {
      const found = likeness(sound, natural, start, step);
      if (found > most) [best, most] = [start, found];
    }
    return best;
  };
  const coarse = search(wanted - shift, wanted + shift, COARSE, COARSE);
  return search(Math.max(wanted - shift, coarse - COARSE), Math.min(wanted + shift, coarse + COARSE), 1, 1);
}

/** Adds half a window of the sound to a block. */
function addHalf(sound: Window, from: number, block: Float32Array, isRising: boolean): void {
  for (let index = 0; index < HOP; index++) {
    const weight = (isRising ? RISE[index] : RISE[HOP - 1 - index]) ?? 0;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const at = index * CHANNELS + channel;
      block[at] = (block[at] ?? 0) + weight * sound.at(from + index, channel);
    }
  }
}

/**
 * Plays sound faster or slower at its own pitch: windows of it are laid over each other where they fit best (WSOLA). Each
 * is taken from where it belongs, give or take 10 ms of the file, so that nothing drifts.
 */
export async function* stretchSound(
  input: AsyncIterable<Float32Array>,
  rate: number,
): AsyncGenerator<Float32Array> {
  const sound = new Window(input);
  const shift = Math.round(MAX_SHIFT * Math.min(1, Math.max(SLOWEST_SHIFT, rate)));
  try {
    // The window around a sample of the output is centred on the sample of the file that belongs there.
    let last = -HOP;
    for (let block = 0; ; block++) {
      const wanted = Math.round((block + 1) * HOP * rate) - HOP;
      const natural = last + HOP;
      await sound.cover(Math.min(natural, wanted - shift), Math.max(natural, wanted + shift) + 2 * HOP);
      if (sound.hasEnded && natural >= sound.end && wanted >= sound.end) return;
      const start = rate === 1 ? natural : bestStart(sound, natural, wanted, shift);
      const samples = new Float32Array(HOP * CHANNELS);
      addHalf(sound, natural, samples, false);
      addHalf(sound, start, samples, true);
      yield samples;
      last = start;
    }
  } finally {
    await sound.close();
  }
}
