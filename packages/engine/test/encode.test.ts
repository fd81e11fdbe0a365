import { execFile } from "node:child_process";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { type Fps, fromWireError, isProblemError, toWireError } from "@framewright/contract";
import { afterAll, beforeAll, expect, it } from "vitest";

import { assemble } from "../src/assemble/assemble.ts";
import { startEncoder } from "../src/encode/encoder.ts";
import { type FfmpegBinaries, findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import { resolveOutput } from "../src/outputs/resolve-output.ts";
import { verify } from "../src/verify/verify.ts";

const SIDE = 64;
const output = resolveOutput({ quality: "standard" });
const form = { codec: "mjpeg", quality: 90 } as const;
const signal = new AbortController().signal;
const soon = (): number => Date.now() + 20_000;

let dir: string;
let binaries: FfmpegBinaries;
let pictures: Buffer[];

/** Cuts a stream of JPEG pictures at their start markers. */
function splitJpegs(stream: Buffer): Buffer[] {
  const start = Buffer.from([0xff, 0xd8, 0xff]);
  const cuts: number[] = [];
  for (let at = stream.indexOf(start); at !== -1; at = stream.indexOf(start, at + 1)) cuts.push(at);
  return cuts.map((cut, i) => stream.subarray(cut, cuts[i + 1]));
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "framewright-encode-"));
  binaries = await findFfmpeg({
    searchPath: process.env["PATH"] ?? "",
    cacheDir: join(homedir(), ".cache", "framewright"),
  });
  const args = [
    "-v",
    "error",
    "-f",
    "lavfi",
    "-i",
    `testsrc=size=${SIDE}x${SIDE}:rate=30`,
    "-frames:v",
    "60",
  ];
  const { stdout } = await promisify(execFile)(
    binaries.ffmpeg,
    [...args, "-f", "image2pipe", "-c:v", "mjpeg", "-"],
    {
      encoding: "buffer",
      maxBuffer: 2 ** 26,
    },
  );
  pictures = splitJpegs(stdout);
  expect(pictures).toHaveLength(60);
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const picture = (fps: Fps) =>
  ({
    fps,
    width: SIDE,
    height: SIDE,
    videoWidth: SIDE,
    videoHeight: SIDE,
    deviceScaleFactor: 1,
    quality: "standard",
    output,
  }) as const;

/** Encodes the test pictures in chunks of these lengths, and joins them. */
async function video(fps: Fps, lengths: readonly number[], name: string): Promise<string> {
  const chunks = [];
  let next = 0;
  for (const [index, frames] of lengths.entries()) {
    const file = join(dir, `${name}-${index}.mp4`);
    const encoder = startEncoder({ ffmpeg: binaries.ffmpeg, picture: picture(fps), form, file, signal });
    for (const one of pictures.slice(next, next + frames)) await encoder.write(one);
    await encoder.finish();
    await encoder.close();
    next += frames;
    chunks.push({ index, file, frames, bytes: 0 });
  }
  const file = join(dir, `${name}.mp4`);
  await assemble(
    { chunks, fps, output, quality: "standard", file, deadline: soon() },
    { ffmpeg: binaries.ffmpeg, signal },
  );
  return file;
}

const check = (file: string, fps: Fps, frames: number, side = SIDE) =>
  verify(file, { output, frames, fps, width: side, height: side }, { ...binaries, deadline: soon(), signal });

it.each([
  { num: 30, den: 1 },
  { num: 30000, den: 1001 },
  { num: 24000, den: 1001 },
  { num: 29, den: 1 },
  { num: 240, den: 1 },
  { num: 1, den: 1 },
])("joins chunks so that every frame is at its exact time: $num/$den", async (fps) => {
  const file = await video(fps, [10, 17, 23, 10], `exact-${fps.num}`);
  const verdict = await check(file, fps, 60);
  expect(verdict.checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(verdict.passed).toBe(true);
});

it.each([1, 2, 3])("makes an exact video of a single chunk of %i frames", async (frames) => {
  const fps = { num: 30, den: 1 };
  const verdict = await check(await video(fps, [frames], `short-${frames}`), fps, frames);
  expect(verdict.checks.filter(({ passed }) => !passed)).toEqual([]);
});

it("fails a file that has another number of frames, another rate or another size than planned", async () => {
  const fps = { num: 30, den: 1 };
  const file = await video(fps, [30, 30], "other");
  const failed = async (verdict: ReturnType<typeof check>): Promise<string[]> =>
    (await verdict).checks.filter(({ passed }) => !passed).map(({ name }) => name);
  expect(await failed(check(file, fps, 61))).toEqual([
    "duration",
    "packets",
    "frames at their time",
    "decoded frames",
  ]);
  expect(await failed(check(file, { num: 25, den: 1 }, 60))).toContain("frame rate");
  expect(await failed(check(file, fps, 60, 66))).toEqual(["size"]);
});

it("does not pass a file that was cut short", async () => {
  const fps = { num: 30, den: 1 };
  const file = await video(fps, [60], "cut");
  await truncate(file, 4_000);
  const verdict = await check(file, fps, 60).catch(() => null);
  expect(verdict?.passed ?? false).toBe(false);
});

it("says so when the encoder cannot write, and leaves no process", async () => {
  const fps = { num: 30, den: 1 };
  const file = join(dir, "no-such-folder", "x.mp4");
  const encoder = startEncoder({ ffmpeg: binaries.ffmpeg, picture: picture(fps), form, file, signal });
  const feed = async (): Promise<void> => {
    for (const one of pictures) await encoder.write(one);
    await encoder.finish();
  };
  const error: unknown = await feed().catch((caught: unknown) => caught);
  await encoder.close();
  expect(isProblemError(error) && error.code).toBe("encode-failed");
});

it("has no last words of our own when the encoder ends without any", async () => {
  const file = join(dir, "wordless.mp4");
  const options = { ffmpeg: "/bin/false", picture: picture({ num: 30, den: 1 }), form, file, signal };
  const encoder = startEncoder(options);
  const error: unknown = await encoder.finish().catch((caught: unknown) => caught);
  await encoder.close();
  expect(error).toMatchObject({ code: "encode-failed", evidence: { exit: { reason: "exit", code: 1 } } });
  expect(fromWireError(toWireError(error)).cause).toBeUndefined();
});

it("ends at once when it is cancelled", async () => {
  const cancel = new AbortController();
  const file = join(dir, "cancelled.mp4");
  const options = { ffmpeg: binaries.ffmpeg, picture: picture({ num: 30, den: 1 }), form, file };
  const encoder = startEncoder({ ...options, signal: cancel.signal });
  await encoder.write(pictures[0]!);
  cancel.abort(new Error("no longer wanted"));
  await expect(encoder.finish()).rejects.toThrow("no longer wanted");
  await encoder.close();
});

it("does not join what is not a video", async () => {
  const file = join(dir, "not-a-video.mp4");
  await writeFile(file, "nothing");
  const chunks = [{ index: 0, file, frames: 1, bytes: 7 }];
  const task = {
    chunks,
    fps: { num: 30, den: 1 },
    output,
    quality: "standard" as const,
    file: join(dir, "joined.mp4"),
    deadline: soon(),
  };
  const error: unknown = await assemble(task, { ffmpeg: binaries.ffmpeg, signal }).catch(
    (caught: unknown) => caught,
  );
  expect(isProblemError(error) && error.code).toBe("encode-failed");
});
