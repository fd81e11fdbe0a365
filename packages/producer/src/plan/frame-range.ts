import { type Fps, ProblemError, type Range } from "@framewright/contract";

export interface FrameRange {
  readonly startFrame: number;
  /** Exclusive. */
  readonly endFrame: number;
}

/** The frame that is shown at a time in seconds. @throws ProblemError `range-invalid` */
export function frameAt(seconds: number, totalFrames: number, fps: Fps): FrameRange {
  // A time that is a frame's own may come out a little before it.
  const startFrame = Math.floor((seconds * fps.num) / fps.den + 1e-6);
  if (startFrame < totalFrames) return { startFrame, endFrame: startFrame + 1 };
  const detail = `\`at\` is ${seconds} s, which is frame ${startFrame}; the composition has ${totalFrames} frames.`;
  throw new ProblemError("range-invalid", detail);
}

/** The frames that a request asks for. @throws ProblemError `range-invalid` */
export function frameRange(range: Range | undefined, totalFrames: number, fps: Fps): FrameRange {
  if (!range) return { startFrame: 0, endFrame: totalFrames };
  const toFrame = (seconds: number): number => Math.round((seconds * fps.num) / fps.den);
  const [startFrame, endFrame] =
    "startFrame" in range
      ? [range.startFrame, range.endFrame]
      : [toFrame(range.startSeconds), toFrame(range.endSeconds)];
  if (startFrame >= endFrame) {
    throw new ProblemError(
      "range-invalid",
      `It would start at frame ${startFrame} and end before frame ${endFrame}.`,
    );
  }
  if (endFrame > totalFrames) {
    throw new ProblemError(
      "range-invalid",
      `It would end before frame ${endFrame}; the composition has ${totalFrames} frames.`,
    );
  }
  return { startFrame, endFrame };
}
