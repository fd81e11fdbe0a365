import { type Check, formatFps, framesToSeconds, parseFps } from "@framewright/contract";

import type { Clock } from "../outputs/clock.ts";
import type { Expectation } from "../outputs/record.ts";
import { check, checkSeconds } from "./check.ts";
import type { FileInspection, VideoStream } from "./inspect-file.ts";

/** What a stream of pictures says of itself, in the words of ffprobe. */
export interface ExpectedStream {
  readonly codec: string;
  /** Versions of ffprobe call the same by several names. */
  readonly pixelFormats: readonly string[];
}

function rate(text: string | undefined): string {
  const fps = parseFps(text ?? "");
  return fps ? formatFps(fps) : "none";
}

/** What its pictures are. */
export function pictureChecks(
  { width, height }: Expectation,
  { codec, pixelFormats }: ExpectedStream,
  video: VideoStream | undefined,
): Check[] {
  return [
    check("codec", codec, video?.codec_name ?? "none"),
    check(
      "pixel format",
      pixelFormats.find((name) => name === video?.pix_fmt) ?? pixelFormats[0] ?? "",
      video?.pix_fmt ?? "none",
    ),
    check("size", `${width}x${height}`, `${video?.width ?? 0}x${video?.height ?? 0}`),
  ];
}

/** In seconds: in units of the time base where that is said, since ffprobe rounds; else as Matroska's tag says. */
export function durationOf(video: VideoStream | undefined): number {
  const [, den = 1] = (video?.time_base ?? "").split("/").map(Number);
  if (video?.duration_ts !== undefined) return video.duration_ts / den;
  const [hours = 0, minutes = 0, seconds = 0] = (video?.tags?.DURATION ?? "").split(":").map(Number);
  return hours * 3_600 + minutes * 60 + seconds;
}

function timeChecks(
  { frames, fps }: Expectation,
  { timescale, tolerance }: Clock,
  video: VideoStream | undefined,
): Check[] {
  const seconds = framesToSeconds(frames, fps);
  return [
    check("frame rate", formatFps(fps), rate(video?.r_frame_rate)),
    check("average frame rate", formatFps(fps), rate(video?.avg_frame_rate)),
    checkSeconds("duration", seconds, durationOf(video), (2 * tolerance) / timescale),
  ];
}

/** What the container says of its streams. */
export async function streamChecks(
  file: FileInspection,
  expected: Expectation,
  stream: ExpectedStream,
  clock: Clock,
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
    ...timeChecks(expected, clock, video),
  ];
}
