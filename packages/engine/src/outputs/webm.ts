import { opus } from "./codecs/opus.ts";
import { millisecondClock } from "./clock.ts";
import { codedVideo } from "./coded-video.ts";

/** A chunk says of its transparency what the whole file must say again. */
export const webm = codedVideo({
  id: "webm",
  extension: "webm",
  contentType: "video/webm",
  arguments: () => ["-f", "webm"],
  joined: (_, { transparent }) => [...(transparent ? ["-metadata:s:v:0", "alpha_mode=1"] : []), "-f", "webm"],
  sound: opus,
  clock: millisecondClock,
});
