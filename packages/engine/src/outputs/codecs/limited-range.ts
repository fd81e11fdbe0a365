import type { EncodedPicture } from "../record.ts";

/** Pictures are full-range RGB or BT.601; video players expect limited-range BT.709. */
export function limitedRange({ videoWidth, videoHeight }: EncodedPicture): {
  readonly filter: string;
  /** Says so to players. */
  readonly tags: readonly string[];
} {
  return {
    filter: `scale=${videoWidth}:${videoHeight}:out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int`,
    tags: ["-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"],
  };
}
