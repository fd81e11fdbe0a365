import type { Quality } from "@framewright/contract";

import type { EncodedPicture } from "../record.ts";
import { closedGroupFrames } from "./key-frames.ts";
import { limitedRange } from "./limited-range.ts";

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

export const H264_CRF: Readonly<Record<Quality, number>> = { draft: 26, standard: 18, high: 15 };

/** H.264 in closed groups of pictures. */
export function h264Arguments(picture: EncodedPicture): string[] {
  const { filter, tags } = limitedRange(picture);
  const { quality, output } = picture;
  return [
    ...["-vf", `${filter},format=yuv420p`],
    ...["-c:v", "libx264", "-preset", PRESETS[quality], "-crf", String(output.crf)],
    ...["-threads", String(ENCODER_THREADS)],
    ...["-g", String(closedGroupFrames(picture.fps)), "-x264-params", "open-gop=0"],
    ...tags,
  ];
}
