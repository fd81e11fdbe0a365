import type { FrameForm, RawForm } from "../capture/port.ts";
import { chunkEncodingOf } from "../outputs/records.ts";
import type { ChunkEncoding } from "../outputs/record.ts";
import type { Picture } from "../tasks.ts";

function rawArguments({ width, height }: RawForm, { takesPlanes }: ChunkEncoding): string[] {
  const pixels = takesPlanes ? ["yuv420p", "-color_range", "tv", "-colorspace", "bt709"] : ["bgra"];
  return ["-f", "rawvideo", "-video_size", `${width}x${height}`, "-pixel_format", ...pixels];
}

/** Makes of the bytes of a picture those that the encoder takes. */
export function takenForm(picture: Picture, form: FrameForm): (bytes: Buffer) => Buffer {
  const isConverted = form.codec === "rawvideo" && chunkEncodingOf(picture).takesPlanes;
  return isConverted ? form.toI420 : (bytes) => bytes;
}

/** Arguments of ffmpeg for pictures on its standard input and a chunk of the picture's output in `file`. */
export function encodeArguments(picture: Picture, form: FrameForm, file: string): string[] {
  const encoding = chunkEncodingOf(picture);
  const isRaw = form.codec === "rawvideo";
  return [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-y"],
    ...(isRaw ? rawArguments(form, encoding) : ["-f", "image2pipe", "-c:v", form.codec]),
    ...["-framerate", `${picture.fps.num}/${picture.fps.den}`, "-i", "pipe:0"],
    ...encoding.arguments,
    file,
  ];
}
