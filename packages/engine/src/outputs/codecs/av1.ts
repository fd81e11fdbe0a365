import type { Quality } from "@framewright/contract";

import type { CodecRecord } from "./codec-record.ts";
import { closedGroupFrames } from "./key-frames.ts";
import { limitedRange } from "./limited-range.ts";

/** Higher is faster. */
const PRESETS: Readonly<Record<Quality, number>> = { draft: 10, standard: 8, high: 6 };

export const av1: CodecRecord = {
  encoder: "libsvtav1",
  name: "av1",
  pixelFormats: () => ["yuv420p"],
  crf: { draft: 42, standard: 30, high: 24 },
  isExact: false,
  arguments: (picture) => {
    const { filter, tags } = limitedRange(picture);
    const { crf, bitsPerSecond } = picture.output;
    return [
      ...["-vf", `${filter},format=yuv420p`],
      ...["-c:v", "libsvtav1", "-preset", String(PRESETS[picture.quality])],
      ...(bitsPerSecond === null ? ["-crf", String(crf)] : ["-b:v", String(bitsPerSecond)]),
      ...["-g", String(closedGroupFrames(picture.fps)), "-svtav1-params", "lp=2"],
      ...tags,
    ];
  },
};
