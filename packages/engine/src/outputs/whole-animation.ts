import type { OutputRecord } from "./record.ts";
import { losslessFrames } from "./lossless-frames.ts";

type Animation = Pick<OutputRecord, "id" | "encoders" | "join" | "check">;

/** The record of a format that is made of all frames together, without a codec to choose. */
export function wholeAnimation(animation: Animation): OutputRecord {
  return {
    sizeMultiple: 1,
    isExact: () => true,
    crf: () => null,
    sound: null,
    encode: losslessFrames,
    ...animation,
  };
}
