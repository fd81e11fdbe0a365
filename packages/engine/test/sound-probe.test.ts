import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, it } from "vitest";

import { type FfmpegBinaries, findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import { mediaFiles } from "../src/media/media-file.ts";
import { probeSound } from "../src/media/sound/probe-sound.ts";
import type { MediaElement } from "../src/page-protocol.ts";

let dir: string;
let binaries: FfmpegBinaries;
const signal = new AbortController().signal;

const ELEMENT: MediaElement = {
  kind: "audio",
  selector: "#music",
  src: null,
  timed: true,
  start: 0,
  end: null,
  mediaStart: 0,
  loopStart: 0,
  rate: 1,
  loop: false,
  autoplay: false,
  muted: false,
  volume: 1,
  hasAudio: null,
  fadeIn: 0,
  fadeOut: 0,
};

const limits = { maxTracks: 3, maxSeconds: 60 };

function probe(elements: readonly Partial<MediaElement>[], missing = false) {
  const fileOf = async (url: URL) => (missing ? null : join(dir, decodeURIComponent(url.pathname)));
  return probeSound(
    elements.map((element) => ({ ...ELEMENT, ...element })),
    {
      fileOf: mediaFiles(fileOf, dir),
      ...binaries,
      limits,
      mayChange: false,
      deadline: Date.now() + 20_000,
      signal,
    },
  );
}

const at = (name: string): string => `http://composition.localhost/${encodeURIComponent(name)}`;

async function make(name: string, ...args: string[]): Promise<Buffer> {
  const file = join(dir, name);
  await promisify(execFile)(binaries.ffmpeg, ["-v", "error", "-y", ...args, file]);
  return readFile(file);
}

const tone = (seconds: number): string[] => ["-f", "lavfi", "-i", `sine=d=${seconds}`];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "framewright-probe-"));
  binaries = await findFfmpeg({
    searchPath: process.env["PATH"] ?? "",
    cacheDir: join(homedir(), ".cache", "framewright"),
  });
  const whole = await make("a tone.m4a", ...tone(2), "-c:a", "aac");
  // The index of this kind of file stands at its end.
  await writeFile(join(dir, "truncated.m4a"), whole.subarray(0, whole.length / 2));
  await make("long.wav", ...tone(61), "-ar", "8000");
  await make("silent.mp4", "-f", "lavfi", "-i", "color=s=32x32:d=1", "-c:v", "libx264");
  await writeFile(join(dir, "empty.mp3"), "");
  const [header] = [(await make("short.wav", ...tone(1))).subarray(0, 78)];
  await writeFile(join(dir, "no-samples.wav"), header);
  await writeFile(join(dir, "page.mp3"), "<!doctype html><title>Not found</title>".repeat(50));
  await writeFile(
    join(dir, "list.m3u8"),
    `#EXTM3U\n#EXTINF:2,\n${join(dir, "a tone.m4a")}\n#EXT-X-ENDLIST\n`,
  );
  await writeFile(join(dir, "list.ffconcat"), `ffconcat version 1.0\nfile '${join(dir, "short.wav")}'\n`);
  await writeFile(
    join(dir, "noise.ogg"),
    Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7919) % 251)),
  );
});

afterAll(() => rm(dir, { recursive: true, force: true }));

it("says what is heard, of files and of data in the page", async () => {
  const data = `data:audio/wav;base64,${(await readFile(join(dir, "short.wav"))).toString("base64")}`;
  const sources = await probe([
    { src: at("a tone.m4a"), start: 1.5, mediaStart: 0.5, rate: 0.5, volume: 40 },
    { src: data, selector: "#data", loop: true },
    { src: at("missing.mp3"), muted: true },
    { src: at("missing.mp3"), timed: false },
    { kind: "video", src: at("silent.mp4") },
  ]);
  expect(sources).toMatchObject([
    { src: "a tone.m4a", isFile: true, codec: "aac", channels: 1, startSeconds: 1.5, volume: 10 ** 0.6 },
    { src: "data:audio/wav;base64,…", isFile: false, endSeconds: null, loopStartSeconds: 0 },
  ]);
  expect(sources[0]?.endSeconds).toBeCloseTo(1.5 + 1.5 / 0.5, 1);
});

it.each([
  ["truncated.m4a", "media-invalid", "moov atom not found"],
  ["empty.mp3", "media-invalid", "is empty"],
  ["no-samples.wav", "media-invalid", "is empty"],
  ["page.mp3", "media-invalid", "cannot be decoded"],
  ["list.m3u8", "media-invalid", "cannot be decoded"],
  ["list.ffconcat", "media-invalid", "cannot be decoded"],
  ["noise.ogg", "media-invalid", "cannot be decoded"],
  ["silent.mp4", "media-invalid", "holds no sound"],
  ["long.wav", "media-too-large", "PRODUCER_MAX_MEDIA_SECONDS allows 60"],
])("refuses %s with its own words, and the element that plays it", async (name, code, words) => {
  const startedAt = performance.now();
  const failure: unknown = await probe([{ src: at(name) }]).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code, message: expect.stringContaining(`${name}, the file of #music,`) });
  expect(failure).toMatchObject({ message: expect.stringContaining(words) });
  expect(failure).toMatchObject({ message: expect.not.stringContaining(dir) });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

it("refuses what is not there, malformed data, and more than may be heard", async () => {
  await expect(probe([{ src: at("a.mp3") }], true)).rejects.toMatchObject({
    code: "media-missing",
    message: "#music plays a.mp3, and there is no such file.",
  });
  await expect(probe([{ src: "data:audio/wav;base64,%" }])).rejects.toMatchObject({ code: "media-missing" });
  const four = Array.from({ length: 4 }, () => ({ src: at("short.wav") }));
  await expect(probe(four)).rejects.toMatchObject({ code: "media-too-large" });
});
