import { spawn } from "node:child_process";
import { once } from "node:events";

const DECODE_TIMEOUT_MS = 120_000;

export type Pixel = readonly [red: number, green: number, blue: number];

/** Decoded frames, three bytes a pixel. */
export interface Frames {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  pixel(frame: number, x: number, y: number): Pixel;
}

/** Decodes a whole video, of whatever size, with the ffmpeg of the system. */
export async function decode(file: string, width: number, height: number): Promise<Frames> {
  const signal = AbortSignal.timeout(DECODE_TIMEOUT_MS);
  const input = ["-v", "error", "-i", file, "-vf", `scale=${width}:${height}:flags=area`];
  const child = spawn("ffmpeg", [...input, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"], {
    stdio: ["ignore", "pipe", "inherit"],
    signal,
  });
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  await once(child, "close", { signal });
  const bytes = Buffer.concat(parts);
  const size = width * height * 3;
  return {
    width,
    height,
    count: Math.floor(bytes.length / size),
    pixel: (frame, x, y) => {
      const at = frame * size + (y * width + x) * 3;
      return [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
    },
  };
}
