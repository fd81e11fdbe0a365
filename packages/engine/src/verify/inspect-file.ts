import { readSoundPeak } from "./read-sound-peak.ts";
import { decode, type Decoded, type DecodeSource } from "./decode.ts";
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
/** Of the codecs whose usual decoder leaves transparency out. */
const ALPHA_DECODERS: Readonly<Record<string, string>> = { vp9: "libvpx-vp9" };

/** What can be asked of a finished file. */
export interface FileInspection {
  readonly path: string;
  /** Its streams, in order; read once. */
  streams(): Promise<readonly VideoStream[]>;
  /** The first stream of pictures. */
  video(): Promise<VideoStream | undefined>;
  /** What comes of decoding it. */
  decoded(readsAlpha: boolean): Promise<Decoded>;
  /** What comes of decoding something that is taken out of it. */
  decodedPart(source: DecodeSource, readsAlpha: boolean): Promise<Decoded>;
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
  const video = async (): Promise<VideoStream | undefined> =>
    (await streams()).find((stream) => stream.codec_type === "video");
  return {
    path,
    streams,
    soundPeak: () => readSoundPeak(ffmpeg, path, options),
    video,
    decoded: async (readsAlpha) => {
      const decoder = readsAlpha ? ALPHA_DECODERS[(await video())?.codec_name ?? ""] : undefined;
      const args = [...(decoder === undefined ? [] : ["-c:v", decoder]), "-i", path];
      return decode({ arguments: args }, readsAlpha, options);
    },
    decodedPart: (source, readsAlpha) => decode(source, readsAlpha, options),
    packets: (onPacket) => readPackets(ffprobe, path, options, onPacket),
  };
}
