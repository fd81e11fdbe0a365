import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ImageFormat } from "../capture/frame-source.ts";
import { runForOutput } from "../run-for-output.ts";

/** A dozen pictures take a fraction of it, even at 8K. */
const TIMEOUT_MS = 30_000;

export interface ColourTools {
  readonly ffmpeg: string;
  readonly scratchDir: string;
  readonly signal: AbortSignal;
}

/**
 * No picture of one colour takes more bytes than this: each block of such a picture is said in a few bits. Measured
 * with Chromium's encoders, and rounded up.
 */
export function maxBlankBytes({ codec }: ImageFormat, pixels: number): number {
  return 1_000 + Math.ceil(pixels * (codec === "mjpeg" ? 0.006 : 0.02));
}

const PLANES = ["Y", "U", "V"] as const;

function channel(value: number): string {
  const byte = Math.min(255, Math.max(0, Math.round(value)));
  return byte.toString(16).padStart(2, "0");
}

/** From full-range YUV, with the coefficients of BT.601, which are those of JPEG. */
function asHex(y: number, u: number, v: number): string {
  const [cb, cr] = [u - 128, v - 128];
  return `#${channel(y + 1.402 * cr)}${channel(y - 0.344136 * cb - 0.714136 * cr)}${channel(y + 1.772 * cb)}`;
}

function colourIn(stats: string): string | null {
  const read = (name: string): number => Number(new RegExp(`\\.${name}=([\\d.]+)`).exec(stats)?.[1]);
  const isOne = PLANES.every((plane) => read(`${plane}MIN`) === read(`${plane}MAX`));
  if (!isOne) return null;
  const [y, u, v] = [read("YMIN"), read("UMIN"), read("VMIN")];
  return asHex(y, u, v);
}

/** The colour of each picture that is all of one; null for any other. */
export async function findColours(
  images: readonly Buffer[],
  { codec }: ImageFormat,
  { ffmpeg, scratchDir, signal }: ColourTools,
): Promise<readonly (string | null)[]> {
  const dir = await mkdtemp(join(scratchDir, "pictures-"));
  const file = join(dir, "pictures");
  try {
    await writeFile(file, Buffer.concat(images));
    const input = ["-v", "error", "-f", "image2pipe", "-c:v", codec, "-i", file];
    const filter = ["-vf", "format=yuvj444p,signalstats,metadata=print:file=-", "-f", "null", "-"];
    const deadline = Date.now() + TIMEOUT_MS;
    const output = await runForOutput(ffmpeg, [...input, ...filter], { deadline, signal });
    return output
      .split(/^frame:/m)
      .slice(1)
      .map(colourIn);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
