import type { Format } from "@framewright/contract";

import { apng } from "./apng.ts";
import { gif } from "./gif.ts";
import { jpeg } from "./jpeg.ts";
import { mov } from "./mov.ts";
import { mp4 } from "./mp4.ts";
import { pngSequence } from "./png-sequence.ts";
import { png } from "./png.ts";
import type { ChunkEncoding, EncodedPicture, OutputRecord } from "./record.ts";
import { webm } from "./webm.ts";
import { webp } from "./webp.ts";

const RECORDS: Readonly<Record<Format, OutputRecord>> = {
  mp4,
  webm,
  mov,
  gif,
  apng,
  webp,
  "png-sequence": pngSequence,
  png,
  jpeg,
};

export function recordOf({ format }: { readonly format: Format }): OutputRecord {
  return RECORDS[format];
}

/** How a chunk of a picture is encoded. */
export function chunkEncodingOf(picture: EncodedPicture): ChunkEncoding {
  return recordOf(picture.output).encode(picture);
}
