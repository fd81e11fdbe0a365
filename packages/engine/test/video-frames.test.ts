import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import { MEDIA_PATH, PageMedia } from "../src/media/frames/page-media.ts";
import type { MediaAnswer, MediaFault, MediaFile } from "../src/page-protocol.ts";
import { FILM_HEIGHT, FILM_WIDTH, filmNumber, makeFilms } from "./barcode-film.ts";

let dir = "";
let media: PageMedia;
const closing = new AbortController();

const ORIGIN = "http://composition.localhost";

async function ask(path: string, body = ""): Promise<{ status: number; body: Buffer | string }> {
  const url = new URL(`${ORIGIN}${MEDIA_PATH}${path}`);
  const method = body === "" ? "GET" : "POST";
  return media.answer({ method, url, type: "text/plain", body: () => Promise.resolve(Buffer.from(body)) });
}

async function open(file: string): Promise<MediaFile> {
  const { body } = await ask("/open", `${ORIGIN}/${file}`);
  return JSON.parse(String(body)) as MediaFile;
}

interface Shown {
  readonly number: number;
  readonly until: number | null;
  /** Of the pixel in the middle of the first stripe. */
  readonly pixel: readonly number[];
}

const HEADER = 122;

async function shownAt({ id, width, height }: MediaFile, seconds: number): Promise<Shown> {
  const answer = JSON.parse(String((await ask(`/${id}/at?seconds=${seconds}`)).body)) as
    | MediaAnswer
    | MediaFault;
  if ("fault" in answer) throw new Error(answer.detail);
  const { body } = await ask(`/${id}/${answer.name}`);
  if (typeof body === "string") throw new Error(body);
  const turned = height > width;
  // Turned by 90 degrees clockwise, what was at the left is at the top.
  const at = (x: number, y: number): number => {
    const [column, row] = turned ? [width - 1 - y, x] : [x, y];
    return HEADER + (Math.floor(row) * width + Math.floor(column)) * 4;
  };
  const pixel = [...body.subarray(at(8, 16), at(8, 16) + 4)];
  return { number: filmNumber((x, y) => body[at(x, y) + 1] ?? 0), until: answer.until, pixel };
}

const PICTURES = 90;
const COLOUR = 0xc85028;
/** What BT.709 in eight bits leaves of it: Y 102, U 99, V 183. */
const DECODED = [199, 77, 39];
const X264 = ["-c:v", "libx264", "-g", "24", "-bf", "3", "-pix_fmt", "yuv420p"];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "framewright-films-"));
  const ffmpeg = await findFfmpeg({ searchPath: process.env["PATH"] ?? "", cacheDir: tmpdir() });
  const fileOf = ({ pathname }: URL): Promise<string> => Promise.resolve(join(dir, pathname));
  media = new PageMedia({
    ffmpeg,
    scratchDir: dir,
    signal: closing.signal,
    fileOf,
    onFault: () => undefined,
  });
  const to = (file: string): string => join(dir, file);
  await makeFilms(
    [
      { file: to("b-frames.mp4"), args: X264 },
      {
        file: to("h265.mp4"),
        args: ["-c:v", "libx265", "-x265-params", "log-level=error", "-pix_fmt", "yuv420p"],
      },
      {
        file: to("av1.mp4"),
        args: ["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-g", "30"],
      },
      {
        file: to("hdr.mp4"),
        args: [...X264, "-x264-params", "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"],
      },
      { file: to("vp8.webm"), args: ["-c:v", "libvpx", "-b:v", "1M", "-g", "30", "-deadline", "realtime"] },
      {
        file: to("vp9.webm"),
        args: ["-c:v", "libvpx-vp9", "-b:v", "1M", "-g", "30", "-deadline", "realtime"],
      },
      {
        file: to("alpha.webm"),
        filter: "format=yuva420p,geq=lum='lum(X,Y)':cb=128:cr=128:a='if(lt(X,64),128,255)'",
        args: ["-c:v", "libvpx-vp9", "-b:v", "1M", "-auto-alt-ref", "0", "-deadline", "realtime"],
      },
      {
        file: to("alpha.mov"),
        filter: "format=yuva444p10le,geq=lum='lum(X,Y)':cb=512:cr=512:a='if(lt(X,64),512,1023)'",
        args: ["-c:v", "prores_ks", "-profile:v", "4444"],
      },
      { file: to("transport.ts"), args: [...X264, "-muxdelay", "0", "-output_ts_offset", "7"] },
      { file: to("plain.gif"), filter: "setpts=PTS*3,settb=1/100", args: ["-c:v", "gif"] },
      // Picture n is due at n² × 10 ms.
      {
        file: to("varies.mp4"),
        filter: "settb=1/1000,setpts=N*N*10",
        args: [...X264, "-enc_time_base", "1:1000", "-video_track_timescale", "1000"],
      },
    ],
    PICTURES,
    "30",
  );
  await makeFilms([{ file: to("film.mp4"), args: X264 }], PICTURES, "24000/1001");
  const copy = (...args: string[]): void =>
    void execFileSync("ffmpeg", ["-v", "error", "-y", "-i", to("b-frames.mp4"), "-c", "copy", ...args]);
  copy("-movflags", "+faststart", to("cut.mp4"));
  await truncate(to("cut.mp4"), Math.floor((await stat(to("cut.mp4"))).size * 0.6));
  for (const [name, size] of [
    ["large.mp4", "1280x720"],
    ["small.mp4", "320x180"],
  ] as const) {
    const filter = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p";
    const flat = ["-f", "lavfi", "-i", `color=0x${COLOUR.toString(16)}:s=${size}:r=30:d=1`, "-vf", filter];
    execFileSync("ffmpeg", [
      "-v",
      "error",
      "-y",
      ...flat,
      "-c:v",
      "libx264",
      "-colorspace",
      "bt709",
      to(name),
    ]);
  }
  copy("-metadata:s:v:0", "rotate=270", to("turned.mp4"));
  // Cut between key frames: an edit list leaves out what was before.
  execFileSync("ffmpeg", [
    "-v",
    "error",
    "-y",
    "-ss",
    "1",
    "-i",
    to("b-frames.mp4"),
    "-c",
    "copy",
    to("edited.mp4"),
  ]);
}, 60_000);

afterAll(async () => {
  closing.abort();
  media.close();
  await rm(dir, { recursive: true, force: true });
});

const constant = (rate: number) => (seconds: number) => Math.floor(seconds * rate + 1e-6);

it.each([
  ["b-frames.mp4", constant(30)],
  ["h265.mp4", constant(30)],
  ["av1.mp4", constant(30)],
  ["hdr.mp4", constant(30)],
  ["vp8.webm", constant(30)],
  ["vp9.webm", constant(30)],
  ["film.mp4", constant(24_000 / 1001)],
  ["transport.ts", constant(30)],
  ["turned.mp4", constant(30)],
  ["plain.gif", constant(10)],
  ["edited.mp4", (seconds: number) => constant(30)(seconds + 1)],
  ["varies.mp4", (seconds: number) => Math.floor(Math.sqrt(seconds * 100) + 1e-6)],
] as const)("%s shows the picture whose time it is, in any order", async (name, numberAt) => {
  const file = await open(name);
  const isTurned = name === "turned.mp4";
  expect([file.width, file.height]).toEqual(isTurned ? [FILM_HEIGHT, FILM_WIDTH] : [FILM_WIDTH, FILM_HEIGHT]);
  const times = [0, 1 / 30, 2 / 30, 0.1, 0.49, 0.5, 1.3, 1.3 + 1 / 60, 0.2, 1.9, 1.85, 1.8, 1 / 30];
  const shown = await Promise.all(times.map((seconds) => shownAt(file, seconds)));
  expect(shown.map(({ number }) => number)).toEqual(times.map(numberAt));
});

it("every picture is the one of its time at 60 pictures a second, and the last one stays", async () => {
  const file = await open("film.mp4");
  const seconds = Array.from({ length: 240 }, (_, index) => index / 60);
  const numbers: number[] = [];
  for (const at of seconds) numbers.push((await shownAt(file, at)).number);
  const last = PICTURES - 1;
  expect(numbers).toEqual(seconds.map((at) => Math.min(last, constant(24_000 / 1001)(at))));
  expect((await shownAt(file, 100)).until).toBeNull();
});

it.each(["alpha.webm", "alpha.mov"])("%s keeps what is transparent in it", async (name) => {
  const file = await open(name);
  const half = await shownAt(file, 1 / 30);
  expect(half.pixel[3]).toBeGreaterThan(120);
  expect(half.pixel[3]).toBeLessThan(136);
  expect(half.pixel[1]).toBeGreaterThan(245);
});

it("tells of a file that is cut off, where the missing part is to be shown", async () => {
  const file = await open("cut.mp4");
  expect((await shownAt(file, 0.5)).number).toBe(15);
  await expect(shownAt(file, 2.9)).rejects.toThrow(/cut off/);
});

it.each(["large.mp4", "small.mp4"])(
  "%s has the colours of its file, whatever way its pictures take",
  async (name) => {
    const { id } = await open(name);
    const { name: picture } = JSON.parse(String((await ask(`/${id}/at?seconds=0.5`)).body)) as MediaAnswer;
    const { body } = await ask(`/${id}/${picture}`);
    const decoding = [
      "-v",
      "error",
      "-i",
      "-",
      "-vf",
      "format=rgb24,crop=1:1",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgb24",
      "-",
    ];
    const { stdout } = spawnSync("ffmpeg", decoding, { input: body });
    expect(stdout).toHaveLength(3);
    for (const [index, value] of DECODED.entries())
      expect(Math.abs((stdout[index] ?? 0) - value), `${index}`).toBeLessThanOrEqual(3);
  },
);

it("says of a film in HDR that it is one", async () => {
  expect([(await open("hdr.mp4")).isHdr, (await open("b-frames.mp4")).isHdr]).toEqual([true, false]);
});
