import { type Packet, readInfo, readPackets, type StreamInfo } from "./read-stream.ts";

export interface VerifyOptions {
  readonly ffprobe: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

export type VideoStream = StreamInfo["streams"][number];

/** What can be asked of a finished file. */
export interface FileInspection {
  readonly path: string;
  /** Its streams, in order; read once. */
  streams(): Promise<readonly VideoStream[]>;
  /** The first stream of pictures. */
  video(): Promise<VideoStream | undefined>;
  /** Every packet of the first stream of pictures, one at a time. */
  packets(onPacket: (packet: Packet) => void): Promise<void>;
}

export function inspectFile(path: string, options: VerifyOptions): FileInspection {
  const { ffprobe } = options;
  let info: Promise<StreamInfo> | undefined;
  const streams = async (): Promise<readonly VideoStream[]> => {
    info ??= readInfo(ffprobe, path, options);
    return (await info).streams;
  };
  return {
    path,
    streams,
    video: async () => (await streams()).find((stream) => stream.codec_type === "video"),
    packets: (onPacket) => readPackets(ffprobe, path, options, onPacket),
  };
}
