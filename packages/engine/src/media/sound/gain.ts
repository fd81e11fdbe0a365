import type { GainPoint } from "../../page-protocol.ts";
import type { SoundSource } from "./sound-source.ts";

/** A gain that changes over time: asked with seconds that do not run backwards. */
function followPoints(points: readonly GainPoint[]): (seconds: number) => number {
  let next = 0;
  return (seconds) => {
    while (next < points.length && (points[next]?.at ?? Infinity) <= seconds) next++;
    const [before, after] = [points[next - 1], points[next]];
    if (before === undefined) return after?.gain ?? 1;
    if (after === undefined) return before.gain;
    const part = (seconds - before.at) / (after.at - before.at);
    return before.gain + (after.gain - before.gain) * part;
  };
}

/** Fades that are longer than what they fade meet inside it. */
function fit({ start, end, fadeIn, fadeOut }: SoundSource): {
  readonly fadeIn: number;
  readonly fadeOut: number;
} {
  const scale = Math.min(1, (end - start) / Math.max(fadeIn + fadeOut, 1e-9));
  return { fadeIn: fadeIn * scale, fadeOut: fadeOut * scale };
}

/** How loud a source is at a second of the video, asked in order. */
export function gainOf(source: SoundSource): (seconds: number) => number {
  const level = followPoints(source.gain);
  const { fadeIn, fadeOut } = fit(source);
  return (seconds) => {
    const rising = fadeIn > 0 ? Math.min(1, Math.max(0, (seconds - source.start) / fadeIn)) : 1;
    const falling = fadeOut > 0 ? Math.min(1, Math.max(0, (source.end - seconds) / fadeOut)) : 1;
    return level(seconds) * rising * falling;
  };
}
