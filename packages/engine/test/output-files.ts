import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { OutputOptions, Verdict } from "@framewright/contract";
import { PNG } from "pngjs";
import { afterAll, expect } from "vitest";

import { assemble } from "../src/assemble/assemble.ts";
import { startEncoder } from "../src/encode/encoder.ts";
import { findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import type { CapturedAlpha, Output } from "../src/outputs/record.ts";
import { chunkEncodingOf } from "../src/outputs/records.ts";
import { resolveOutput } from "../src/outputs/resolve-output.ts";
import { verify } from "../src/verify/verify.ts";

export const FRAMES = 30;
export const CUTS = [0, 12, FRAMES];
export const [WIDTH, HEIGHT] = [128, 96];
export const FPS = { num: 30000, den: 1001 };
export const signal = new AbortController().signal;
export const soon = (): number => Date.now() + 60_000;
export const run = promisify(execFile);

export const dir = await mkdtemp(join(tmpdir(), "framewright-outputs-"));
afterAll(() => rm(dir, { recursive: true, force: true }));

export const ffmpeg = await findFfmpeg({
  searchPath: process.env["PATH"] ?? "",
  cacheDir: join(homedir(), ".cache", "framewright"),
});

/** A bar of four pixels a frame at the top, a half-transparent field at the bottom, and nothing between. */
export function pictureOf(frame: number): Buffer {
  const png = new PNG({ width: WIDTH, height: HEIGHT });
  const fill = (top: number, width: number, colour: readonly number[]): void => {
    for (let y = top; y < top + 32; y++)
      for (let x = 0; x < width; x++) png.data.set(colour, (y * WIDTH + x) * 4);
  };
  fill(0, 4 * (frame + 1), [255, 0, 0, 255]);
  fill(64, WIDTH, [0, 0, 255, 128]);
  return PNG.sync.write(png);
}

interface Made {
  readonly file: string;
  readonly output: Output;
  readonly verdict: Verdict;
}

export const pixels = {
  width: WIDTH,
  height: HEIGHT,
  videoWidth: WIDTH,
  videoHeight: HEIGHT,
  deviceScaleFactor: 1,
};

export function expectationOf(output: Output, frames = FRAMES) {
  const alpha: readonly CapturedAlpha[] = [0, 12]
    .filter((frame) => frame < frames)
    .map((frame) => ({ frame, min: 0, max: 255 }));
  return { output, frames, fps: FPS, width: WIDTH, height: HEIGHT, alpha };
}

export const checked = (file: string, output: Output, frames = FRAMES): Promise<Verdict> =>
  verify(file, expectationOf(output, frames), { ...ffmpeg, deadline: soon(), signal });

export const failures = ({ checks }: Verdict): string[] =>
  checks
    .filter(({ passed }) => !passed)
    .map(({ name, expected, actual }) => `${name}: ${expected}, ${actual}`);

/** Encodes pictures in two chunks, joins them, and checks what came of it. */
export async function make(
  options: OutputOptions,
  cuts: readonly number[] = CUTS,
  sound: string | null = null,
): Promise<Made> {
  const output = resolveOutput({ ...options, quality: "standard" });
  const picture = { ...pixels, fps: FPS, quality: "standard", output } as const;
  const { extension } = chunkEncodingOf(picture);
  const name = Object.values(options).join("-");
  const chunks = [];
  for (const [index, start] of cuts.slice(0, -1).entries()) {
    const end = cuts[index + 1] ?? start;
    const file = join(dir, `${name}-${index}.${extension}`);
    const form = { codec: "png", quality: 100 } as const;
    const encoder = startEncoder({ ffmpeg: ffmpeg.ffmpeg, picture, form, file, signal });
    for (let frame = start; frame < end; frame++) await encoder.write(pictureOf(frame));
    await encoder.finish();
    await encoder.close();
    chunks.push({ index, file, frames: end - start, bytes: 0 });
  }
  const file = join(dir, `${name}.${options.format ?? "mp4"}`);
  const task = { chunks, fps: FPS, output, sound, quality: "standard" as const, file, deadline: soon() };
  await assemble(task, { ffmpeg: ffmpeg.ffmpeg, signal });
  const verdict = sound === null ? await checked(file, output, cuts.at(-1)) : { passed: true, checks: [] };
  return { file, output, verdict };
}

/** Pixels of each frame, of red, green, blue and alpha. */
export async function framesOf(file: string, decoder: readonly string[] = []): Promise<Buffer[]> {
  const { stdout } = await run(
    ffmpeg.ffmpeg,
    ["-v", "error", ...decoder, "-i", file, "-f", "rawvideo", "-pix_fmt", "rgba", "-"],
    { encoding: "buffer", maxBuffer: 2 ** 28 },
  );
  const bytes = WIDTH * HEIGHT * 4;
  return Array.from({ length: stdout.length / bytes }, (_, n) => stdout.subarray(n * bytes, (n + 1) * bytes));
}

const at = (frame: Buffer, x: number, y: number): number[] => [
  ...frame.subarray((y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 4),
];

/** How wide the bar is, by its colour. */
function barOf(frame: Buffer): number {
  let width = 0;
  while (width < WIDTH) {
    const [red = 0, , , alpha = 0] = at(frame, width, 16);
    if (red < 128 || alpha < 128) break;
    width++;
  }
  return width;
}

export const near = (actual: number | undefined, expected: number): boolean =>
  Math.abs((actual ?? -99) - expected) <= 6;

/** Every frame is the one that its bar says, and transparent where it was, or filled. */
export function expectFrames(frames: readonly Buffer[], isTransparent: boolean, half = 128): void {
  const bars = frames.map((frame) => Math.round(barOf(frame) / 4) - 1);
  expect(bars).toEqual(frames.map((_, index) => index));
  for (const frame of frames) {
    const alphas = [at(frame, 1, 16), at(frame, 100, 48), at(frame, 64, 80)].map(([, , , alpha]) => alpha);
    const expected = isTransparent ? [255, 0, half] : [255, 255, 255];
    expect(alphas.map((alpha, index) => near(alpha, expected[index] ?? 0))).toEqual([true, true, true]);
  }
}
