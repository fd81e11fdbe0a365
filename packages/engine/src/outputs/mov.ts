import { pcm } from "./codecs/pcm.ts";
import { exactClock } from "./clock.ts";
import { codedVideo } from "./coded-video.ts";
import { timescaleOf } from "./time-scale.ts";

/** QuickTime, for editing. */
export const mov = codedVideo({
  id: "mov",
  extension: "mov",
  contentType: "video/quicktime",
  arguments: (fps) => ["-video_track_timescale", String(timescaleOf(fps)), "-f", "mov"],
  sound: pcm,
  clock: exactClock,
});
