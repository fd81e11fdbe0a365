import type { Check, Fps } from "@framewright/contract";

import { decodeChecks } from "../verify/decode-checks.ts";
import type { FileInspection } from "../verify/inspect-file.ts";
import { packetChecks } from "../verify/packet-checks.ts";
import { soundChecks } from "../verify/sound-checks.ts";
import { streamChecks } from "../verify/stream-checks.ts";
import { codecOf } from "./codecs/codecs.ts";
import type { Clock } from "./clock.ts";
import type { Expectation, Output, OutputRecord, SoundEncoding } from "./record.ts";

/** A file format that holds coded video. */
export interface Container extends Pick<OutputRecord, "id"> {
  readonly sound: SoundEncoding;
  readonly extension: string;
  readonly contentType: string;
  /** Arguments of ffmpeg for a chunk, which is a file of the same format. */
  readonly arguments: (fps: Fps) => readonly string[];
  /** The same for the whole file. (Default: as for a chunk.) */
  readonly joined?: (fps: Fps, output: Output) => readonly string[];
  readonly clock: (fps: Fps) => Clock;
  readonly checks?: (file: FileInspection, expected: Expectation) => Promise<Check[]>;
}

/** The record of a format whose chunks are joined without encoding them again. */
export function codedVideo(container: Container): OutputRecord {
  const { id, extension, contentType, sound } = container;
  return {
    id,
    // Of two rows and columns, colours are told once.
    sizeMultiple: 2,
    isExact: (output) => codecOf(output).isExact,
    crf: (codec, quality) => codecOf({ codec }).crf?.[quality] ?? null,
    encoders: (output) => [codecOf(output).encoder, sound.encoder],
    encode: (picture) => ({
      extension,
      contentType,
      takesPlanes:
        !picture.output.transparent && codecOf(picture.output).pixelFormats(false).includes("yuv420p"),
      arguments: [...codecOf(picture.output).arguments(picture), ...container.arguments(picture.fps)],
    }),
    join: { kind: "copy", arguments: container.joined ?? container.arguments },
    sound,
    check: async (file, expected) => {
      const clock = container.clock(expected.fps);
      const { name, pixelFormats } = codecOf(expected.output);
      const stream = { codec: name, pixelFormats: pixelFormats(expected.output.transparent) };
      return [
        ...(await streamChecks(file, expected, stream, clock)),
        ...(await packetChecks(file, expected, clock)),
        ...((await container.checks?.(file, expected)) ?? []),
        ...(await soundChecks(file, expected, sound.codec)),
        ...decodeChecks(await file.decoded(expected.output.transparent), expected),
      ];
    },
  };
}
