import type { BenchQuality, Contender } from "./contenders.ts";
import type { Likeness } from "./quality.ts";
import type { Run } from "./render-once.ts";

/** What one contender made of one composition, in the middle of its rounds. */
export interface Result extends Run {
  readonly composition: string;
  readonly contender: string;
  readonly family: Contender["family"];
  readonly quality: BenchQuality;
  readonly frames: number;
  readonly rounds: number;
  /** Of its last file; null where it was not measured. */
  readonly likeness: Likeness | null;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** Of several runs, the middle of each figure. */
export function middle(runs: readonly Run[]): Run {
  const of = (figure: keyof Run): number => median(runs.map((run) => run[figure]));
  return {
    seconds: of("seconds"),
    cpuSeconds: of("cpuSeconds"),
    peakBytes: of("peakBytes"),
    fileBytes: of("fileBytes"),
  };
}

/** The peer that took the least time for the same composition in the same quality. */
function bestPeer(results: readonly Result[], ours: Result): Result | undefined {
  return results
    .filter(({ family }) => family === "hyperframes")
    .filter(({ composition, quality }) => composition === ours.composition && quality === ours.quality)
    .toSorted((a, b) => a.seconds - b.seconds)[0];
}

export interface Comparison {
  readonly ours: Result;
  readonly peer: Result;
  /** How many times as fast ours is. */
  readonly speed: number;
}

export function compareAll(results: readonly Result[], quality: BenchQuality): Comparison[] {
  return results
    .filter((result) => result.family === "framewright" && result.quality === quality)
    .flatMap((ours): Comparison[] => {
      const peer = bestPeer(results, ours);
      return peer ? [{ ours, peer, speed: peer.seconds / ours.seconds }] : [];
    });
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / Math.max(1, values.length));
}
