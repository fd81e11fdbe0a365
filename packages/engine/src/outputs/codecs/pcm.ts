import type { SoundEncoding } from "../record.ts";

/** Sound as it was mixed. */
export const pcm: SoundEncoding = {
  codec: "pcm_s16le",
  encoder: "pcm_s16le",
  arguments: ["-c:a", "pcm_s16le", "-ar", "48000", "-ac", "2"],
};
