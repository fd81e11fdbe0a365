import type { Fps, Quality } from "@framewright/contract";

import type { FrameForm } from "../capture/port.ts";
import type { Picture } from "../tasks.ts";

interface Preset {
  readonly preset: string;
  /** Constant rate factor of x264: lower is better. */
  readonly crf: number;
}

const PRESETS: Readonly<Record<Quality, Preset>> = {
  draft: { preset: "ultrafast", crf: 26 },
  standard: { preset: "veryfast", crf: 18 },
  high: { preset: "medium", crf: 15 },
};

/** A fixed number, because x264's output depends on it: the same frames give the same bytes on any host. */
const ENCODER_THREADS = 2;
/** A key frame at least this often, so that players seek quickly. */
const KEY_FRAME_SECONDS = 4;
/** The container counts time in this many units a second at least, in a multiple of the frame rate. */
const MIN_TIMESCALE = 10_000;

/** Units a second in which every frame lasts a whole number of units. */
export function timescaleOf({ num }: Fps): number {
  return num * Math.ceil(MIN_TIMESCALE / num);
}

/** How long a frame lasts, in units of `timescaleOf`. */
export function frameUnits(fps: Fps): number {
  return (timescaleOf(fps) / fps.num) * fps.den;
}

function inputArguments(form: FrameForm, { num, den }: Fps): string[] {
  const raw = ["-pixel_format", "bgra", "-video_size"];
  const kind =
    form.codec === "rawvideo"
      ? ["-f", "rawvideo", ...raw, `${form.width}x${form.height}`]
      : ["-f", "image2pipe", "-c:v", form.codec];
  return [...kind, "-framerate", `${num}/${den}`, "-i", "pipe:0"];
}

/** Arguments of ffmpeg for pictures on its standard input and H.264 in closed groups of pictures in `file`. */
export function encodeArguments(picture: Picture, form: FrameForm, file: string): string[] {
  const { fps, quality, videoWidth, videoHeight } = picture;
  const { preset, crf } = PRESETS[quality];
  const keyFrames = Math.max(1, Math.round((KEY_FRAME_SECONDS * fps.num) / fps.den));
  return [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-y"],
    ...inputArguments(form, fps),
    // Pictures are full-range RGB or BT.601; video players expect limited-range BT.709.
    ...[
      "-vf",
      `scale=${videoWidth}:${videoHeight}:out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p`,
    ],
    ...["-c:v", "libx264", "-preset", preset, "-crf", String(crf), "-threads", String(ENCODER_THREADS)],
    ...["-g", String(keyFrames), "-x264-params", "open-gop=0"],
    ...["-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"],
    ...["-video_track_timescale", String(timescaleOf(fps)), "-f", "mp4", file],
  ];
}
