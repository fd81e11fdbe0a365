import type { Check } from "@framewright/contract";

import { decodeChecks } from "../verify/decode-checks.ts";
import { pictureChecks } from "../verify/stream-checks.ts";
import type { EncodedPicture, OutputRecord } from "./record.ts";

interface Still extends Pick<OutputRecord, "id"> {
  readonly extension: string;
  readonly contentType: string;
  /** ffmpeg's name of the encoder, and ffprobe's of the codec. */
  readonly codec: string;
  readonly pixelFormat: (isTransparent: boolean) => string;
  readonly arguments: (picture: EncodedPicture) => readonly string[];
}

/** The record of a single picture, which is as the browser drew it. */
export function still({ id, extension, contentType, codec, pixelFormat, ...still }: Still): OutputRecord {
  return {
    id,
    sizeMultiple: 1,
    isExact: () => true,
    crf: () => null,
    sound: null,
    encoders: () => [codec],
    encode: (picture) => ({
      extension,
      contentType,
      takesPlanes: false,
      arguments: [
        ...["-frames:v", "1", ...still.arguments(picture), "-c:v", codec],
        ...["-f", "image2", "-update", "1"],
      ],
    }),
    join: { kind: "single" },
    check: async (file, expected): Promise<Check[]> => [
      ...pictureChecks(
        expected,
        { codec, pixelFormats: [pixelFormat(expected.output.transparent)] },
        await file.video(),
      ),
      ...decodeChecks(await file.decoded(expected.output.transparent), expected),
    ],
  };
}
