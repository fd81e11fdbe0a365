import type { Fps } from "@framewright/contract";

import { fastStartCheck } from "../verify/fast-start.ts";
import { packetChecks } from "../verify/packet-checks.ts";
import { streamChecks } from "../verify/stream-checks.ts";
import { soundChecks } from "../verify/sound-checks.ts";
import { aacArguments } from "./codecs/aac.ts";
import { H264_CRF, h264Arguments } from "./codecs/h264.ts";
import type { OutputRecord } from "./record.ts";
import { timescaleOf } from "./time-scale.ts";

const container = (fps: Fps): string[] => ["-video_track_timescale", String(timescaleOf(fps))];

/** Chunks are MP4 too: with their lengths in the list, they are joined exactly. */
export const mp4: OutputRecord = {
  id: "mp4",
  sizeMultiple: 2,
  crf: H264_CRF,
  encode: (picture) => ({
    extension: "mp4",
    contentType: "video/mp4",
    takesPlanes: true,
    arguments: [...h264Arguments(picture), ...container(picture.fps), "-f", "mp4"],
  }),
  join: {
    kind: "copy",
    arguments: (fps) => [...container(fps), "-movflags", "+faststart", "-f", "mp4"],
  },
  sound: aacArguments(),
  check: async (file, expected) => [
    ...(await streamChecks(file, expected, { codec: "h264", pixelFormat: "yuv420p" })),
    ...(await packetChecks(file, expected)),
    await fastStartCheck(file),
    ...(await soundChecks(file, expected, "aac")),
  ],
};
