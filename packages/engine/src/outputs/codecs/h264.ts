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

const PRESETS: Readonly<Record<Quality, string>> = {
  draft: "ultrafast",
  standard: "veryfast",
  high: "medium",
};

/** H.264 in closed groups of pictures. */
export const h264: CodecRecord = {
  encoder: "libx264",
  name: "h264",
  pixelFormats: () => ["yuv420p"],
  crf: { draft: 26, standard: 18, high: 15 },
  isExact: false,
  arguments: (picture) => {
    const { filter, tags } = limitedRange(picture);
    return [
      ...["-vf", `${filter},format=yuv420p`],
      ...["-c:v", "libx264", "-preset", PRESETS[picture.quality], ...rateArguments(picture.output)],
      ...["-threads", String(ENCODER_THREADS)],
      ...["-g", String(closedGroupFrames(picture.fps)), "-x264-params", "open-gop=0"],
      ...tags,
    ];
  },
};
