import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, it } from "vitest";

import { findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import { openPixelMemory } from "../src/encode/i420/pixel-memory.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Every kind of colour, in no order: the ends of the range as often as all between. */
function fillWithColours(picture: Buffer): void {
  let state = 1;
  for (let at = 0; at < picture.length; at++) {
    state = (state * 48_271) % 2_147_483_647;
    const any = (state >> 8) % 512;
    picture[at] = at % 4 === 3 ? 255 : Math.max(0, Math.min(255, any - 128));
  }
}

/** https://www.itu.int/rec/R-REC-BT.709: 8 bits, limited range. */
function bt709(r: number, g: number, b: number): [number, number, number] {
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const difference = (of: number, range: number): number => 128 + (224 * (of - y)) / (range * 255);
  return [16 + (219 * y) / 255, difference(b, 1.8556), difference(r, 1.5748)];
}

/** The planes by the specification: each two by two pixels have the colour of their mean. */
function rightPlanes(picture: Buffer, { width, height }: Size): number[] {
  const mean = (x: number, y: number, side: number): [number, number, number] => {
    const sum = [0, 0, 0];
    for (let n = 0; n < side * side; n++) {
      const at = 4 * ((y + Math.floor(n / side)) * width + x + (n % side));
      for (const channel of [0, 1, 2]) sum[channel] = (sum[channel] ?? 0) + (picture[at + channel] ?? 0);
    }
    const [b = 0, g = 0, r = 0] = sum.map((total) => total / (side * side));
    return bt709(r, g, b);
  };
  const planes: number[] = [];
  for (const [plane, side] of [1, 2, 2].entries()) {
    for (let y = 0; y < height; y += side)
      for (let x = 0; x < width; x += side) planes.push(mean(x, y, side)[plane] ?? 0);
  }
  return planes;
}

function furthest(planes: Buffer, right: ArrayLike<number>): number {
  expect(planes).toHaveLength(right.length);
  return planes.reduce((most, value, at) => Math.max(most, Math.abs(value - (right[at] ?? Infinity))), 0);
}

it.each([
  [16, 2],
  [18, 4],
  [30, 6],
  [32, 2],
  [640, 360],
])("makes planes of BT.709 out of pixels, rounded to the nearest step: %i x %i", (width, height) => {
  const memory = openPixelMemory({ width, height });
  for (const picture of memory.pictures) {
    fillWithColours(picture);
    expect(furthest(memory.toI420(picture), rightPlanes(picture, { width, height }))).toBeLessThan(0.52);
  }
});

it("keeps the planes of a picture that comes again, and of no other", () => {
  const memory = openPixelMemory({ width: 16, height: 2 });
  const [grey, white] = memory.pictures;
  grey.fill(128);
  white.fill(255);
  expect(memory.toI420(grey)[0]).toBe(126);
  expect(memory.toI420(white)[0]).toBe(235);
  expect(memory.toI420(grey)[0]).toBe(126);
  grey.fill(0);
  expect(memory.toI420(grey)[0]).toBe(126);
});

it("gives what ffmpeg gives when it takes its time, within a step", async () => {
  const size = { width: 640, height: 360 };
  const dir = await mkdtemp(join(tmpdir(), "framewright-i420-"));
  try {
    const { ffmpeg } = await findFfmpeg({
      searchPath: process.env["PATH"] ?? "",
      cacheDir: join(homedir(), ".cache", "framewright"),
    });
    const memory = openPixelMemory(size);
    const [picture] = memory.pictures;
    fillWithColours(picture);
    await writeFile(join(dir, "picture"), picture);
    const input = ["-f", "rawvideo", "-pixel_format", "bgra", "-video_size", "640x360"];
    const scale =
      "scale=out_color_matrix=bt709:out_range=tv:flags=area+accurate_rnd+full_chroma_int,format=yuv420p";
    const { stdout } = await promisify(execFile)(
      ffmpeg,
      ["-v", "error", ...input, "-i", join(dir, "picture"), "-vf", scale, "-f", "rawvideo", "-"],
      { encoding: "buffer", maxBuffer: 2 ** 24 },
    );
    expect(furthest(memory.toI420(picture), stdout)).toBeLessThanOrEqual(1);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
