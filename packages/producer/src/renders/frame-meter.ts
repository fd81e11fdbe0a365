/** How far back the rate looks, in milliseconds: long enough to be steady, short enough to follow. */
const WINDOW_MS = 8_000;

export interface FrameRate {
  readonly framesDone: number;
  readonly framesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** Counts frames over all chunks of a render, and how fast they come. */
export class FrameMeter {
  readonly #total: number;
  readonly #byChunk = new Map<number, number>();
  #samples: { at: number; done: number }[];

  constructor(total: number, now = performance.now()) {
    this.#total = total;
    this.#samples = [{ at: now, done: 0 }];
  }

  /** A chunk that starts again counts from zero. */
  update(chunk: number, framesDone: number): void {
    this.#byChunk.set(chunk, framesDone);
  }

  read(now = performance.now()): FrameRate {
    let framesDone = 0;
    for (const frames of this.#byChunk.values()) framesDone += frames;
    this.#samples.push({ at: now, done: framesDone });
    while (this.#samples.length > 2 && (this.#samples[0]?.at ?? now) < now - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? { at: now, done: framesDone };
    const rate = now > first.at ? ((framesDone - first.done) * 1000) / (now - first.at) : 0;
    if (rate <= 0) return { framesDone, framesPerSecond: null, secondsLeft: null };
    const round = (value: number): number => Math.round(value * 10) / 10;
    return {
      framesDone,
      framesPerSecond: round(rate),
      secondsLeft: round((this.#total - framesDone) / rate),
    };
  }
}
