/** How far back the rate looks, in milliseconds: long enough to be steady, short enough to follow. */
const WINDOW_MS = 8_000;
/** Samples are at least so far apart. */
const STEP_MS = 500;

/** How many frames of a render were done when, in epoch milliseconds. */
export interface Sample {
  readonly at: number;
  readonly done: number;
}

export interface FrameRate {
  readonly framesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** The samples to keep, with a new one. */
export function sampled(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const last = samples.at(-1);
  const all = last && next.at - last.at < STEP_MS ? samples : [...samples, next];
  const from = all.findLastIndex(({ at }) => at <= next.at - WINDOW_MS);
  return all.slice(Math.max(0, from));
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** How fast frames have come lately, and how long the rest will take at that. */
export function frameRate(samples: readonly Sample[], { at, done }: Sample, total: number): FrameRate {
  const first = samples[0];
  const rate = first && at > first.at ? ((done - first.done) * 1000) / (at - first.at) : 0;
  if (rate <= 0) return { framesPerSecond: null, secondsLeft: null };
  return { framesPerSecond: round(rate), secondsLeft: round((total - done) / rate) };
}
