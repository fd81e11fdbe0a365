import type { Format } from "@framewright/contract";

import { mp4 } from "./mp4.ts";
import type { ChunkEncoding, EncodedPicture, OutputRecord } from "./record.ts";

const RECORDS: Readonly<Record<Format, OutputRecord>> = { mp4 };

export function recordOf({ format }: { readonly format: Format }): OutputRecord {
  return RECORDS[format];
}

/** How a chunk of a picture is encoded. */
export function chunkEncodingOf(picture: EncodedPicture): ChunkEncoding {
  return recordOf(picture.output).encode(picture);
}
