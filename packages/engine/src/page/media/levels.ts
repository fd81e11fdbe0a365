import type { GainPoint, SoundLevels } from "../../page-protocol.ts";
import { selectorOf } from "../findings/selector.ts";
import { currentTree } from "../tree/tree.ts";
import { isMuted, volumeOf } from "./volume.ts";

interface Recorded {
  readonly media: HTMLMediaElement;
  readonly selector: string;
  readonly points: GainPoint[];
}

let recorded: readonly Recorded[] = [];

/** From now on, how loud each element is is taken down at every frame. */
export function recordLevels(): void {
  recorded = currentTree().nodes.flatMap(({ element }) =>
    element instanceof HTMLMediaElement
      ? [{ media: element, selector: selectorOf(element), points: [] }]
      : [],
  );
}

/** Volumes that differ by less than this are the same to any ear. */
const SAME = 1e-6;

/** Whether a point lies on the line from the one before it to the one after it. */
function isBetween(before: GainPoint, point: GainPoint, after: GainPoint): boolean {
  const part = (point.at - before.at) / (after.at - before.at);
  return Math.abs(before.gain + (after.gain - before.gain) * part - point.gain) < SAME;
}

/** Takes down how loud everything is at a second of the video. */
export function noteLevels(at: number): void {
  for (const { media, points } of recorded) {
    const point = { at, gain: isMuted(media) ? 0 : volumeOf(media) };
    const [before, last] = points.slice(-2);
    if (before && last && isBetween(before, last, point)) points.pop();
    points.push(point);
  }
}

export function recordedLevels(): SoundLevels[] {
  return recorded.map(({ selector, points }) => ({ selector, points }));
}
