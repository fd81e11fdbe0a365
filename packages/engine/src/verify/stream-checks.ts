import { type Check, formatFps, framesToSeconds, parseFps } from "@framewright/contract";

import type { Expectation } from "../outputs/record.ts";
import { timescaleOf } from "../outputs/time-scale.ts";
import { check } from "./check.ts";
import type { FileInspection, VideoStream } from "./inspect-file.ts";

/** What a stream of pictures says of itself, in the words of ffprobe. */
export interface ExpectedStream {
  readonly codec: string;
  readonly pixelFormat: string;
}

function rate(text: string | undefined): string {
  const fps = parseFps(text ?? "");
  return fps ? formatFps(fps) : "none";
}

function pictureChecks(
  { width, height }: Expectation,
  { codec, pixelFormat }: ExpectedStream,
  video: VideoStream | undefined,
): Check[] {
  return [
    check("codec", codec, video?.codec_name ?? "none"),
    check("pixel format", pixelFormat, video?.pix_fmt ?? "none"),
    check("size", `${width}x${height}`, `${video?.width ?? 0}x${video?.height ?? 0}`),
  ];
}

function timeChecks({ frames, fps }: Expectation, video: VideoStream | undefined): Check[] {
  const seconds = framesToSeconds(frames, fps).toFixed(3);
  return [
    check("frame rate", formatFps(fps), rate(video?.r_frame_rate)),
    check("average frame rate", formatFps(fps), rate(video?.avg_frame_rate)),
    check("duration", `${seconds} s`, `${((video?.duration_ts ?? 0) / timescaleOf(fps)).toFixed(3)} s`),
  ];
}

/** What the container says of its streams. */
export async function streamChecks(
  file: FileInspection,
  expected: Expectation,
  stream: ExpectedStream,
): Promise<Check[]> {
  const streams = await file.streams();
  const video = await file.video();
  return [
    check(
      "streams",
      expected.sound ? "1 video, 1 audio" : "1 video",
      streams.map(({ codec_type }) => `1 ${codec_type}`).join(", "),
    ),
    ...pictureChecks(expected, stream, video),
    ...timeChecks(expected, video),
  ];
}
