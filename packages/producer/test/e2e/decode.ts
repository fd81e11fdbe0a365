import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { machineFfmpeg } from "./machine.ts";

const run = promisify(execFile);
const DECODE_TIMEOUT_MS = 20_000;
const MAX_OUTPUT_BYTES = 512 * 2 ** 20;

/** What ffmpeg writes to its standard output. */
export async function ffmpeg(args: readonly string[]): Promise<Buffer> {
  const { ffmpeg: program } = await machineFfmpeg();
  const { stdout } = await run(program, ["-v", "error", "-nostdin", ...args], {
    encoding: "buffer",
    maxBuffer: MAX_OUTPUT_BYTES,
    timeout: DECODE_TIMEOUT_MS,
  });
  return stdout;
}

/** Every decoded frame exactly once, whatever its time: the option for that has changed its name with the versions. */
const EACH_ONCE = ["-vf", "setpts=N/FRAME_RATE/TB"];

/** All frames of a video as raw grey pixels. */
export function decodeGrey(file: string): Promise<Buffer> {
  return ffmpeg(["-i", file, ...EACH_ONCE, "-f", "rawvideo", "-pix_fmt", "gray", "-"]);
}

/** One hash a decoded frame, with its time. */
export async function frameHashes(file: string): Promise<string[]> {
  const text = (await ffmpeg(["-i", file, "-f", "framemd5", "-"])).toString();
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of a pixel, 0 to 255. */
  at(frame: number, x: number, y: number): readonly [number, number, number];
  readonly frames: number;
}

/** All frames of a video in colour. */
export async function decodeColours(file: string): Promise<Picture> {
  const { ffprobe } = await machineFfmpeg();
  const { stdout } = await run(
    ffprobe,
    ["-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height", "-of", "csv=p=0", file],
    { timeout: DECODE_TIMEOUT_MS },
  );
  const [width = 0, height = 0] = stdout.trim().split(",").map(Number);
  const pixels = await ffmpeg(["-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);
  const size = width * height * 3;
  return {
    width,
    height,
    frames: pixels.length / size,
    at: (frame, x, y) => {
      const offset = frame * size + (y * width + x) * 3;
      return [pixels[offset] ?? -1, pixels[offset + 1] ?? -1, pixels[offset + 2] ?? -1];
    },
  };
}

/** The nearest of a few clear colours: what is left of a pixel after a lossy codec. */
export function colourName([red, green, blue]: readonly [number, number, number]): string {
  const named: Record<string, readonly [number, number, number]> = {
    black: [0, 0, 0],
    white: [255, 255, 255],
    red: [255, 0, 0],
    lime: [0, 255, 0],
    blue: [0, 0, 255],
    yellow: [255, 255, 0],
  };
  const distance = ([r, g, b]: readonly [number, number, number]): number =>
    (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  const sorted = Object.entries(named).sort(([, a], [, b]) => distance(a) - distance(b));
  return sorted[0]?.[0] ?? "none";
}

/** An image of one colour, 16 pixels wide and high. */
export function solidPng(colour: string): Promise<Buffer> {
  const source = `color=${colour}:s=16x16`;
  return ffmpeg(["-f", "lavfi", "-i", source, "-frames:v", "1", "-c:v", "png", "-f", "image2pipe", "-"]);
}
