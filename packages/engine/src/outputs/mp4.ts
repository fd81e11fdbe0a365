import type { Fps } from "@framewright/contract";

import { fastStartCheck } from "../verify/fast-start.ts";
import { aac } from "./codecs/aac.ts";
import { exactClock } from "./clock.ts";
import { codedVideo } from "./coded-video.ts";
import { timescaleOf } from "./time-scale.ts";

const timescale = (fps: Fps): string[] => ["-video_track_timescale", String(timescaleOf(fps))];

/** A player can begin with the first bytes. */
export const mp4 = codedVideo({
  id: "mp4",
  extension: "mp4",
  contentType: "video/mp4",
  arguments: (fps) => [...timescale(fps), "-f", "mp4"],
  joined: (fps) => [...timescale(fps), "-movflags", "+faststart", "-f", "mp4"],
  sound: aac,
  clock: exactClock,
  checks: async (file) => [await fastStartCheck(file)],
});
