import type { SoundEncoding } from "../record.ts";

/** Samples that a decoder leaves out at the start: told as before the start, they would move the pictures. */
const PRE_SKIP = 312;

export const opus: SoundEncoding = {
  codec: "opus",
  encoder: "libopus",
  arguments: [
    ...["-af", `asetpts=PTS+${PRE_SKIP}`],
    ...["-c:a", "libopus", "-b:a", "160k", "-ar", "48000", "-ac", "2"],
  ],
};
