import type { Quality } from "@framewright/contract";

import type { CodecRecord } from "./codec-record.ts";
import { closedGroupFrames } from "./key-frames.ts";
import { limitedRange } from "./limited-range.ts";
import { rateArguments } from "./rate.ts";

/**
 * A fixed number, because x264's output depends on it: the same frames give the same bytes on any host. Several chunks are
 * encoded at a time, and one thread each does the same work with less waiting.
 */
const ENCODER_THREADS = 1;

interface Setting {
  readonly preset: string;
  /** What differs from the preset, by x264's names. */
  readonly parameters: string;
}

/** Chosen by measuring likeness against size and time; docs/performance.md has the table. */
const SETTINGS: Readonly<Record<Quality, Setting>> = {
  draft: { preset: "ultrafast", parameters: "aq-mode=1:aq-strength=0.7:bframes=3:cabac=1" },
  standard: { preset: "veryfast", parameters: "aq-mode=3:aq-strength=0.7" },
  high: { preset: "faster", parameters: "aq-mode=3:aq-strength=0.7" },
};

/** H.264 in closed groups of pictures. */
export const h264: CodecRecord = {
  encoder: "libx264",
  name: "h264",
  pixelFormats: () => ["yuv420p"],
  crf: { draft: 28, standard: 18, high: 15 },
  isExact: false,
  arguments: (picture) => {
    const { filter, tags } = limitedRange(picture);
    const { preset, parameters } = SETTINGS[picture.quality];
    return [
      ...["-vf", `${filter},format=yuv420p`],
      ...["-c:v", "libx264", "-preset", preset, ...rateArguments(picture.output)],
      ...["-threads", String(ENCODER_THREADS)],
      ...["-g", String(closedGroupFrames(picture.fps)), "-x264-params", `open-gop=0:${parameters}`],
      ...tags,
    ];
  },
};
