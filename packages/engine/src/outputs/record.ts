import type { Check, Format, Fps, Quality } from "@framewright/contract";

import type { FileInspection } from "../verify/inspect-file.ts";

/** A format with its options, resolved: nobody further down knows a default. */
export interface Output {
  readonly format: Format;
  /** Constant rate factor of the codec: lower is better. */
  readonly crf: number;
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
export interface CopyJoin {
  readonly kind: "copy";
  readonly arguments: (fps: Fps) => readonly string[];
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
}

/** Everything that follows from a format: no other file asks which one it is. */
export interface OutputRecord {
  readonly id: Format;
  /** Width and height in pixels are multiples of it. */
  readonly sizeMultiple: number;
  /** What a quality means, where the request says no number. */
  readonly crf: Readonly<Record<Quality, number>>;
  readonly encode: (picture: EncodedPicture) => ChunkEncoding;
  readonly join: CopyJoin;
  /** How sound is encoded that goes beside the pictures, in arguments of ffmpeg. */
  readonly sound: readonly string[];
  /** What a finished file is held against its plan by. */
  readonly check: (file: FileInspection, expected: Expectation) => Promise<Check[]>;
}
