import { z } from "zod";

import { inputArguments, runOnMedia } from "./run-on-media.ts";

const seconds = z
  .string()
  .optional()
  .transform((text) => finite(text));

const text = z.string().default("unknown");
const count = z.int().default(0);

const StreamSchema = z.object({
  index: z.int(),
  codec_type: text,
  codec_name: text,
  duration: seconds,
  channels: count,
  sample_rate: z.string().default("0"),
  width: count,
  height: count,
  pix_fmt: text,
  sample_aspect_ratio: z.string().default("1:1"),
  color_space: z.string().nullable().default(null),
  r_frame_rate: z.string().default("0/0"),
  avg_frame_rate: z.string().default("0/0"),
  color_transfer: z.string().optional(),
  disposition: z.object({ attached_pic: count }).default({ attached_pic: 0 }),
  tags: z.record(z.string(), z.string()).default({}),
  side_data_list: z.array(z.object({ rotation: z.number().optional() })).default([]),
});

const ProbedSchema = z.object({
  streams: z.array(StreamSchema).default([]),
  format: z.object({ format_name: z.string(), start_time: seconds, duration: seconds }),
});

/** The sound of a file. */
export interface SoundStream {
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
  /** Of the stream, or of the file where only that says it; null where neither does. */
  readonly seconds: number | null;
}

/** The pictures of a file. */
export interface VideoStream {
  readonly codec: string;
  /** Its place among the file's streams. */
  readonly index: number;
  /** As stored, before any rotation. */
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: string;
  /** How wide a pixel is for its height, e.g. "4:3". */
  readonly pixelAspect: string;
  /** How colours are encoded, where the file says so. */
  readonly matrix: string | null;
  readonly averageRate: string;
  readonly baseRate: string;
  /** Degrees, counter-clockwise. */
  readonly rotation: number;
  readonly transfer: string | null;
  /** Says of VP8 and VP9 that they carry an alpha channel beside them. */
  readonly hasAlphaBeside: boolean;
  readonly seconds: number | null;
}

export interface MediaInfo {
  /** Names of its container, as ffmpeg calls it. */
  readonly format: string;
  readonly streams: number;
  /** The timestamp that is second 0 to whoever plays it. */
  readonly zero: number;
  readonly seconds: number | null;
  readonly sound: SoundStream | null;
  readonly video: VideoStream | null;
}

export interface ProbeBounds {
  readonly ffprobe: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

function finite(text: string | undefined): number | null {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) ? value : null;
}

type Stream = z.infer<typeof StreamSchema>;

function soundOf(stream: Stream | undefined, whole: number | null): SoundStream | null {
  if (stream === undefined) return null;
  const { codec_name: codec, channels, sample_rate: rate, duration } = stream;
  return { codec, channels, sampleRate: Number(rate), seconds: duration ?? whole };
}

/** Programs of some years ago tell it as a tag, clockwise. */
function rotationOf({ side_data_list: sides, tags }: Stream): number {
  return sides.find(({ rotation }) => rotation !== undefined)?.rotation ?? -Number(tags["rotate"] ?? 0);
}

function videoOf(stream: Stream | undefined, whole: number | null): VideoStream | null {
  if (stream === undefined) return null;
  const { tags } = stream;
  return {
    codec: stream.codec_name,
    index: stream.index,
    width: stream.width,
    height: stream.height,
    pixelFormat: stream.pix_fmt,
    pixelAspect: stream.sample_aspect_ratio,
    matrix: stream.color_space,
    averageRate: stream.avg_frame_rate,
    baseRate: stream.r_frame_rate,
    rotation: rotationOf(stream),
    transfer: stream.color_transfer ?? null,
    hasAlphaBeside: (tags["alpha_mode"] ?? tags["ALPHA_MODE"]) === "1",
    seconds: stream.duration ?? whole,
  };
}

/** Formats whose timestamps count from where they are played from; others may begin anywhere. */
const OWN_TIMELINE = /^(?:mov|matroska)\b/;

/**
 * Reads what a file holds, without decoding it. The file may be anything.
 * @throws RunError when it is no sound and no video, or takes too long
 */
export async function probeMedia(
  file: string,
  { ffprobe, deadline, signal }: ProbeBounds,
): Promise<MediaInfo> {
  const args = ["-v", "error", "-show_format", "-show_streams", "-of", "json", ...inputArguments(file)];
  const json = await runOnMedia(ffprobe, args, { deadline, signal });
  const { streams, format } = ProbedSchema.parse(JSON.parse(json));
  const isCover = ({ disposition }: Stream): boolean => disposition.attached_pic === 1;
  const ofType = (type: string): Stream | undefined =>
    streams.find((stream) => stream.codec_type === type && !isCover(stream));
  return {
    format: format.format_name,
    streams: streams.length,
    zero: OWN_TIMELINE.test(format.format_name) ? 0 : (format.start_time ?? 0),
    seconds: format.duration,
    sound: soundOf(ofType("audio"), format.duration),
    video: videoOf(ofType("video"), format.duration),
  };
}
