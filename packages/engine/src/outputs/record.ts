import type { Check, Codec, Format, Fps, Quality } from "@framewright/contract";

import type { FileInspection } from "../verify/inspect-file.ts";

/** A format with its options, resolved: nobody further down knows a default. */
export interface Output {
  readonly format: Format;
  /** Null where the format has only one way to hold pictures. */
  readonly codec: Codec | null;
  /** What the page leaves empty is transparent. */
  readonly transparent: boolean;
  /** Constant rate factor: lower is better. Null where the codec has none, or bits a second are given. */
  readonly crf: number | null;
  readonly bitsPerSecond: number | null;
  /** How often an animation is played: 0 is for ever. Null of what is no animation. */
  readonly loop: number | null;
}

/** What a chunk's encoder needs to know of its pictures. */
export interface EncodedPicture {
  readonly fps: Fps;
  readonly videoWidth: number;
  readonly videoHeight: number;
  readonly quality: Quality;
  readonly output: Output;
}

/** How pictures become the file of a chunk. */
export interface ChunkEncoding {
  /** Of the chunk's file, without a dot. */
  readonly extension: string;
  readonly contentType: string;
  /** Where the format tells colours once for two by two pixels, raw pictures come so: as planes of BT.709 in limited range. */
  readonly takesPlanes: boolean;
  /** Arguments of ffmpeg between its input and the file: part of what a chunk is known by. */
  readonly arguments: readonly string[];
}

/** Joins chunks without encoding again, with these arguments of ffmpeg before the file. */
interface CopyJoin {
  readonly kind: "copy";
  readonly arguments: (fps: Fps, output: Output) => readonly string[];
}

/** The only chunk is the file. */
interface SingleJoin {
  readonly kind: "single";
}

/** How sound is encoded. */
export interface SoundEncoding {
  /** By ffprobe's name. */
  readonly codec: string;
  /** By ffmpeg's name. */
  readonly encoder: string;
  /** Arguments of ffmpeg. */
  readonly arguments: readonly string[];
}

/** What there is to join. */
export interface JoinTask {
  /** Arguments of ffmpeg that read the chunks, one after the other. */
  readonly input: readonly string[];
  readonly frames: number;
  readonly fps: Fps;
  readonly output: Output;
  readonly quality: Quality;
  /** A file of sound, as long as the pictures. */
  readonly sound?: string | null;
  /** The file to write; what else is needed on the way is called the same, with more behind. */
  readonly file: string;
}

/** Encodes the whole video again from its chunks, which hold its frames without loss. */
interface ReencodeJoin {
  readonly kind: "reencode";
  /** Arguments of ffmpeg, for one run after the other. */
  readonly passes: (task: JoinTask) => readonly (readonly string[])[];
}

/** Packs the frames into a ZIP; the arguments make ffmpeg write them one after the other. */
interface ArchiveJoin {
  readonly kind: "archive";
  readonly arguments: readonly string[];
}

/** How transparent a frame was when it was captured, from 0 for nothing there to 255. */
export interface CapturedAlpha {
  /** Of the file. */
  readonly frame: number;
  readonly min: number;
  readonly max: number;
}

/** Sound that a file is to hold. */
export interface ExpectedSound {
  /** Of each channel. */
  readonly samples: number;
  /** The loudest sample of what it was made of, 1 being full scale. */
  readonly peak: number;
}

/** What a finished file must be. */
export interface Expectation {
  readonly output: Output;
  readonly frames: number;
  readonly fps: Fps;
  /** Pixels of the video. */
  readonly width: number;
  readonly height: number;
  /** (Default: nothing is heard.) */
  readonly sound?: ExpectedSound | null;
  /** Of some frames, where transparency is wanted. */
  readonly alpha?: readonly CapturedAlpha[] | undefined;
}

/** Everything that follows from a format: no other file asks which one it is. */
export interface OutputRecord {
  readonly id: Format;
  /** Width and height in pixels are multiples of it. */
  readonly sizeMultiple: number;
  /** Whether frames come from the browser without loss, however they are taken. */
  readonly isExact: (output: Output) => boolean;
  /** What a quality means as a constant rate factor; null where there is none. */
  readonly crf: (codec: Codec | null, quality: Quality) => number | null;
  /** What ffmpeg must be able to encode with, by its own names. */
  readonly encoders: (output: Output) => readonly string[];
  readonly encode: (picture: EncodedPicture) => ChunkEncoding;
  /** How sound goes beside the pictures; null where nothing can be heard. */
  readonly sound: SoundEncoding | null;
  readonly join: CopyJoin | SingleJoin | ReencodeJoin | ArchiveJoin;
  /** What a finished file is held against its plan by. */
  readonly check: (file: FileInspection, expected: Expectation) => Promise<Check[]>;
}
