import type { FrameSpan } from "../browser/seen.ts";

/** Between two borders of clips, what rests there is looked at this often; a chunk without borders, as one whole, more often. */
const LOOKS_A_SCENE = 3;
const LOOKS_WITHOUT_SCENES = 6;
/** A look costs a few milliseconds, and is made at two frames each. */
const MAX_LOOKS = 12;

/** Evenly spread over a range, and not at its very ends, where things come and go. */
function spread(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    Math.floor(from + ((index + 0.5) * (to - from)) / count),
  );
}

function evenly(frames: readonly number[], count: number): number[] {
  if (frames.length <= count) return [...frames];
  return spread(0, frames.length, count).flatMap((index) => frames[index] ?? []);
}

/** The frames of a chunk at which the page is looked at, each together with the one after it; the same for the same chunk. */
export function pickFrames({ startFrame, endFrame }: FrameSpan, borders: readonly number[]): number[] {
  const inner = borders.filter((border) => border > startFrame && border < endFrame);
  const edges = [...new Set([startFrame, ...inner, endFrame])].toSorted((a, b) => a - b);
  const looks = inner.length === 0 ? LOOKS_WITHOUT_SCENES : LOOKS_A_SCENE;
  const frames = edges.slice(1).flatMap((edge, index) => spread(edges[index] ?? 0, edge - 1, looks));
  const usable = [...new Set(frames)].filter((frame) => frame >= startFrame && frame + 1 < endFrame);
  return evenly(usable, MAX_LOOKS);
}
