import type { Quality } from "@framewright/contract";

import type { EncodedPicture } from "../record.ts";

/** Everything that follows from a codec, whatever the file that holds it. */
export interface CodecRecord {
  /** By ffmpeg's name. */
  readonly encoder: string;
  /** By ffprobe's name. */
  readonly name: string;
  /** By ffprobe's names. */
  readonly pixelFormats: (isTransparent: boolean) => readonly string[];
  /** What a quality means as a constant rate factor; null where there is none. */
  readonly crf: Readonly<Record<Quality, number>> | null;
  /** Whether the frames should come to it without loss. */
  readonly isExact: boolean;
  /** Arguments of ffmpeg, from the filter on. */
  readonly arguments: (picture: EncodedPicture) => readonly string[];
}
