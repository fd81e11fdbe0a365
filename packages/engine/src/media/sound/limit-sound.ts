import { CHANNELS } from "./sound-source.ts";

/** What is too loud comes out at most this loud: 1 dB below full scale, for encoders overshoot. */
const CEILING = 10 ** (-1 / 20);
/** How long before a peak the gain begins to fall, in samples: 5 ms, too slow for a click and too fast to be noticed. */
const AHEAD = 240;
/** How much of what is missing to 1 comes back with each sample: most of it within 100 ms. */
const RELEASE = 1 / 4_800;

/** The least of the last values, however many. */
class Lowest {
  readonly #at: number[] = [];
  readonly #values: number[] = [];
  readonly #span: number;
  #count = 0;

  constructor(span: number) {
    this.#span = span;
  }

  push(value: number): number {
    while ((this.#values.at(-1) ?? -Infinity) >= value) {
      this.#values.pop();
      this.#at.pop();
    }
    this.#values.push(value);
    this.#at.push(this.#count++);
    while ((this.#at[0] ?? 0) <= this.#count - 1 - this.#span) {
      this.#at.shift();
      this.#values.shift();
    }
    return this.#values[0] ?? 1;
  }
}

/** The gain that a limiter has `AHEAD` samples ago, from the peak that has come. Never more than that sample may have. */
function followPeaks(): (peak: number) => number {
  const lowest = new Lowest(AHEAD + 1);
  const last = new Float64Array(AHEAD + 1).fill(1);
  let sum = AHEAD + 1;
  let place = 0;
  let gain = 1;
  return (peak) => {
    const held = lowest.push(peak > CEILING ? CEILING / peak : 1);
    gain = Math.min(held, gain + (1 - gain) * RELEASE);
    sum += gain - (last[place] ?? 1);
    last[place] = gain;
    place = (place + 1) % last.length;
    return sum / last.length;
  };
}

/** Turns loud passages down, just as far and as long as needed, so that nothing is cut off at full scale. */
export async function* limitSound(blocks: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
  const gainOf = followPeaks();
  const delayed = new Float32Array(AHEAD * CHANNELS);
  let place = 0;
  const pass = (block: Float32Array): Float32Array => {
    const out = new Float32Array(block.length);
    for (let index = 0; index < block.length; index += CHANNELS) {
      const [left = 0, right = 0] = [block[index], block[index + 1]];
      const gain = gainOf(Math.max(Math.abs(left), Math.abs(right)));
      out[index] = (delayed[place] ?? 0) * gain;
      out[index + 1] = (delayed[place + 1] ?? 0) * gain;
      [delayed[place], delayed[place + 1]] = [left, right];
      place = (place + CHANNELS) % delayed.length;
    }
    return out;
  };
  let late = AHEAD * CHANNELS;
  for await (const block of blocks) {
    const out = pass(block);
    const dropped = Math.min(late, out.length);
    late -= dropped;
    yield out.subarray(dropped);
  }
  yield pass(new Float32Array(AHEAD * CHANNELS));
}
