import { open } from "node:fs/promises";

import {
  type Check,
  type Fps,
  formatFps,
  framesToSeconds,
  parseFps,
  type Verdict,
} from "@framewright/contract";

import { frameUnits, timescaleOf } from "../encode/settings.ts";
import { ffmpegFailure } from "../encode/ffmpeg-failure.ts";
import { RunError } from "../run-for-output.ts";
import { readInfo, readPackets, type StreamInfo } from "./read-stream.ts";

/** What a finished file must be. */
export interface Expectation {
  readonly frames: number;
  readonly fps: Fps;
  /** Pixels of the video. */
  readonly width: number;
  readonly height: number;
}

export interface VerifyOptions {
  readonly ffprobe: string;
  readonly deadline: number;
  readonly signal: AbortSignal;
}

function check(name: string, expected: string | number, actual: string | number): Check {
  return {
    name,
    expected: String(expected),
    actual: String(actual),
    passed: String(expected) === String(actual),
  };
}

function rate(text: string | undefined): string {
  const fps = parseFps(text ?? "");
  return fps ? formatFps(fps) : "none";
}

type VideoStream = StreamInfo["streams"][number] | undefined;

function pictureChecks({ width, height }: Expectation, video: VideoStream): Check[] {
  return [
    check("codec", "h264", video?.codec_name ?? "none"),
    check("pixel format", "yuv420p", video?.pix_fmt ?? "none"),
    check("size", `${width}x${height}`, `${video?.width ?? 0}x${video?.height ?? 0}`),
  ];
}

function timeChecks({ frames, fps }: Expectation, video: VideoStream): Check[] {
  const seconds = framesToSeconds(frames, fps).toFixed(3);
  return [
    check("frame rate", formatFps(fps), rate(video?.r_frame_rate)),
    check("average frame rate", formatFps(fps), rate(video?.avg_frame_rate)),
    check("duration", `${seconds} s`, `${((video?.duration_ts ?? 0) / timescaleOf(fps)).toFixed(3)} s`),
  ];
}

function streamChecks(expected: Expectation, info: StreamInfo): Check[] {
  const video = info.streams.find((stream) => stream.codec_type === "video");
  return [
    check("streams", "1 video", info.streams.map(({ codec_type }) => `1 ${codec_type}`).join(", ")),
    ...pictureChecks(expected, video),
    ...timeChecks(expected, video),
  ];
}

/** Counts packets, and the frames whose time is not where the plan puts it. */
async function packetChecks(
  file: string,
  expected: Expectation,
  options: VerifyOptions,
  info: StreamInfo,
): Promise<Check[]> {
  const timeBase = info.streams.find((stream) => stream.codec_type === "video")?.time_base ?? "";
  const units = frameUnits(expected.fps);
  const seen = new Set<number>();
  let packets = 0;
  let first: boolean | null = null;
  await readPackets(options.ffprobe, file, options, ({ pts, key }) => {
    first ??= key;
    packets++;
    if (pts % units === 0) seen.add(pts / units);
  });
  let inPlace = 0;
  for (let frame = 0; frame < expected.frames; frame++) if (seen.has(frame)) inPlace++;
  return [
    check("packets", expected.frames, packets),
    check("time base", `1/${timescaleOf(expected.fps)}`, timeBase),
    check("frames at their time", expected.frames, inPlace),
    check("starts with a key frame", "yes", first === true ? "yes" : "no"),
  ];
}

/** The order of an MP4 file's top-level boxes (ISO/IEC 14496-12). */
async function boxes(file: string): Promise<string[]> {
  const handle = await open(file, "r");
  try {
    const names: string[] = [];
    const header = Buffer.alloc(16);
    for (let offset = 0; names.length < 16;) {
      const { bytesRead } = await handle.read(header, 0, 16, offset);
      if (bytesRead < 8) break;
      names.push(header.toString("latin1", 4, 8));
      const size = header.readUInt32BE(0);
      const length = size === 1 ? Number(header.readBigUInt64BE(8)) : size;
      if (length < 8) break;
      offset += length;
    }
    return names;
  } finally {
    await handle.close();
  }
}

async function fastStartCheck(file: string): Promise<Check> {
  const names = await boxes(file);
  const index = names.indexOf("moov");
  const early = index !== -1 && index < names.indexOf("mdat");
  return check("starts before it is loaded", "yes", early ? "yes" : "no");
}

/**
 * Checks a finished file against its plan. A failed check is in the verdict.
 * @throws ProblemError `encode-failed` when the file cannot be read
 */
export async function verify(file: string, expected: Expectation, options: VerifyOptions): Promise<Verdict> {
  try {
    const info = await readInfo(options.ffprobe, file, options);
    const checks = [
      ...streamChecks(expected, info),
      ...(await packetChecks(file, expected, options, info)),
      await fastStartCheck(file),
    ];
    return { passed: checks.every(({ passed }) => passed), checks };
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof RunError)) throw error;
    throw ffmpegFailure(error.message, "The video could not be read.", { cause: error });
  }
}
