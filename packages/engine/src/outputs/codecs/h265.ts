import type { Quality } from "@framewright/contract";

import type { CodecRecord } from "./codec-record.ts";
import { closedGroupFrames } from "./key-frames.ts";
import { limitedRange } from "./limited-range.ts";
import { rateArguments } from "./rate.ts";

const PRESETS: Readonly<Record<Quality, string>> = { draft: "ultrafast", standard: "fast", high: "medium" };

/** Fixed numbers of threads, because x265's output depends on them. */
const PARAMETERS = "pools=2:frame-threads=2:open-gop=0:log-level=error";

/** H.265 in closed groups of pictures, with the tag by which Apple's players know it. */
export const h265: CodecRecord = {
  encoder: "libx265",
  name: "hevc",
  pixelFormats: () => ["yuv420p"],
  crf: { draft: 30, standard: 22, high: 18 },
  isExact: false,
  arguments: (picture) => {
    const { filter, tags } = limitedRange(picture);
    return [
      ...["-vf", `${filter},format=yuv420p`],
      ...["-c:v", "libx265", "-preset", PRESETS[picture.quality], ...rateArguments(picture.output)],
      ...["-g", String(closedGroupFrames(picture.fps)), "-x265-params", PARAMETERS, "-tag:v", "hvc1"],
      ...tags,
    ];
  },
};
