import { readSoundPeak } from "./read-sound-peak.ts";
import { type Packet, readInfo, readPackets, type StreamInfo } from "./read-stream.ts";

export interface VerifyOptions {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

export type StreamInspection = StreamInfo["streams"][number];
export type VideoStream = StreamInspection;

/** What can be asked of a finished file. */
export interface FileInspection {
  readonly path: string;
  /** Its streams, in order; read once. */
  streams(): Promise<readonly VideoStream[]>;
  /** The first stream of pictures. */
  video(): Promise<VideoStream | undefined>;
  /** Every packet of the first stream of pictures, one at a time. */
  packets(onPacket: (packet: Packet) => void): Promise<void>;
  /** The loudest sample of its sound, decoded; 1 is full scale. */
  soundPeak(): Promise<number>;
}

export function inspectFile(path: string, options: VerifyOptions): FileInspection {
  const { ffmpeg, ffprobe } = options;
  let info: Promise<StreamInfo> | undefined;
  const streams = async (): Promise<readonly VideoStream[]> => {
    info ??= readInfo(ffprobe, path, options);
    return (await info).streams;
  };
  return {
    path,
    streams,
    video: async () => (await streams()).find((stream) => stream.codec_type === "video"),
    soundPeak: () => readSoundPeak(ffmpeg, path, options),
    packets: (onPacket) => readPackets(ffprobe, path, options, onPacket),
  };
}
