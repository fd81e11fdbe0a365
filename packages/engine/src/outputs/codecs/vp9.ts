import type { Quality } from "@framewright/contract";

import type { CodecRecord } from "./codec-record.ts";
import { closedGroupFrames } from "./key-frames.ts";
import { limitedRange } from "./limited-range.ts";

const SPEEDS: Readonly<Record<Quality, readonly string[]>> = {
  draft: ["-deadline", "realtime", "-cpu-used", "8"],
  standard: ["-deadline", "good", "-cpu-used", "4"],
  high: ["-deadline", "good", "-cpu-used", "2"],
};

/** Threads work on columns, which are the same on any host. */
const THREADS = ["-threads", "2", "-tile-columns", "1", "-row-mt", "0"];

/** VP9; transparency is a second stream within the first, which no frame of that may be hidden from. */
export const vp9: CodecRecord = {
  encoder: "libvpx-vp9",
  name: "vp9",
  // What tells of transparency is beside the stream.
  pixelFormats: () => ["yuv420p"],
  crf: { draft: 38, standard: 26, high: 18 },
  isExact: false,
  arguments: (picture) => {
    const { filter, tags } = limitedRange(picture);
    const { crf, bitsPerSecond, transparent } = picture.output;
    return [
      ...["-vf", `${filter},format=${transparent ? "yuva420p" : "yuv420p"}`],
      ...["-c:v", "libvpx-vp9", ...SPEEDS[picture.quality], ...THREADS],
      ...(bitsPerSecond === null ? ["-crf", String(crf), "-b:v", "0"] : ["-b:v", String(bitsPerSecond)]),
      ...["-g", String(closedGroupFrames(picture.fps))],
      ...(transparent ? ["-auto-alt-ref", "0"] : []),
      ...tags,
    ];
  },
};
