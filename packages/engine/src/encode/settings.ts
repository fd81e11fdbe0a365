import type { Fps } from "@framewright/contract";

import type { FrameForm } from "../capture/port.ts";
import { chunkEncodingOf } from "../outputs/records.ts";
import type { Picture } from "../tasks.ts";

function inputArguments(form: FrameForm, { num, den }: Fps): string[] {
  const raw = ["-pixel_format", "bgra", "-video_size"];
  const kind =
    form.codec === "rawvideo"
      ? ["-f", "rawvideo", ...raw, `${form.width}x${form.height}`]
      : ["-f", "image2pipe", "-c:v", form.codec];
  return [...kind, "-framerate", `${num}/${den}`, "-i", "pipe:0"];
}

/** Arguments of ffmpeg for pictures on its standard input and a chunk of the picture's output in `file`. */
export function encodeArguments(picture: Picture, form: FrameForm, file: string): string[] {
  return [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-y"],
    ...inputArguments(form, picture.fps),
    ...chunkEncodingOf(picture).arguments,
    file,
  ];
}
