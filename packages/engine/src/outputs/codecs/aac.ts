import type { SoundEncoding } from "../record.ts";

/** Sound that any player takes: 192 kbit/s is what streaming services call high. */
export const aac: SoundEncoding = {
  codec: "aac",
  encoder: "aac",
  arguments: ["-c:a", "aac", "-b:a", "192k", "-ar", "48000", "-ac", "2"],
};
