import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { RunError, runForOutput } from "../run-for-output.ts";

/** How transparent a decoded frame is, from 0 for nothing there to 255. */
export interface DecodedAlpha {
  readonly min: number;
  readonly max: number;
}

export interface Decoded {
  readonly frames: number;
  /** Of each frame; empty where nobody asked, or where there is none. */
  readonly alpha: readonly DecodedAlpha[];
}

export interface DecodeOptions {
  readonly ffmpeg: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** What is decoded: arguments of ffmpeg that read it, and what they read from the standard input. */
export interface DecodeSource {
  readonly arguments: readonly string[];
  readonly input?: () => AsyncIterable<Buffer>;
}

const READ_ALPHA = ["-vf", "alphaextract,format=gray,signalstats,metadata=mode=print:file=-"];
const COUNT_FRAMES = ["-progress", "pipe:1"];
/** What ffmpeg says where there is no transparency to be read. */
const NO_ALPHA = /Requested planes not available/;

/** Decodes the first stream of pictures to its end. @throws RunError when something in it is broken */
export async function decode(
  source: DecodeSource,
  readsAlpha: boolean,
  options: DecodeOptions,
): Promise<Decoded> {
  const args = [
    ...["-v", "error", "-nostdin", "-xerror", "-err_detect", "explode", "-threads", "2"],
    // One of them at a time: what both print would be mixed up within a line.
    ...[...source.arguments, "-map", "0:v:0", ...(readsAlpha ? READ_ALPHA : COUNT_FRAMES)],
    ...["-f", "null", "-"],
  ];
  let frames = 0;
  const alpha: DecodedAlpha[] = [];
  let min = 0;
  const read = (line: string): void => {
    const [key, value] = line.split("=");
    if (key === "frame") frames = Number(value);
    else if (key === "lavfi.signalstats.YMIN") min = Number(value);
    else if (key === "lavfi.signalstats.YMAX") alpha.push({ min, max: Number(value) });
  };
  const onOutput = (output: Readable): void => void createInterface({ input: output }).on("line", read);
  try {
    const input = source.input?.();
    await runForOutput(options.ffmpeg, args, { ...options, onOutput, ...(input && { input }) });
  } catch (error) {
    if (!readsAlpha || !(error instanceof RunError) || !NO_ALPHA.test(error.message)) throw error;
    return decode(source, false, options);
  }
  return { frames: readsAlpha ? alpha.length : frames, alpha };
}
