import { type Fps, framesToSeconds, type SoundPlan } from "@framewright/contract";
import { type HeardOnPage, SAMPLE_RATE } from "@framewright/engine";

import type { FrameRange } from "./frame-range.ts";

/** What is heard within a range of frames, in a sound that is exactly as long; null where nothing is. */
export function planSound(
  { sources, isSampled }: HeardOnPage,
  { startFrame, endFrame }: FrameRange,
  fps: Fps,
): SoundPlan | null {
  const [from, to] = [framesToSeconds(startFrame, fps), framesToSeconds(endFrame, fps)];
  const heard = sources.filter(
    ({ startSeconds, endSeconds }) => startSeconds < to && (endSeconds === null || endSeconds > from),
  );
  if (heard.length === 0) return null;
  const samples = Math.round(((endFrame - startFrame) * fps.den * SAMPLE_RATE) / fps.num);
  return { sampleRate: SAMPLE_RATE, samples, isSampled, sources: heard };
}
