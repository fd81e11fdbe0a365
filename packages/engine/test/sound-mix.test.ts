import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, it } from "vitest";

import { type FfmpegBinaries, findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import { probeMedia } from "../src/media/probe-media.ts";
import { mixSound, type MixedSound } from "../src/media/sound/mix-sound.ts";
import type { SoundSource } from "../src/media/sound/sound-source.ts";

const RATE = 48_000;
const signal = new AbortController().signal;
const bounds = () => ({ ...binaries, deadline: Date.now() + 30_000, signal, onProgress: () => undefined });

let dir: string;
let binaries: FfmpegBinaries;

async function make(name: string, ...args: string[]): Promise<string> {
  const file = join(dir, name);
  await promisify(execFile)(binaries.ffmpeg, ["-v", "error", "-y", ...args, file]);
  return file;
}

/** A millisecond of sound at the beginning of each second, the first one included. */
const clicks = (seconds: number, rate = RATE, channels = "c=stereo"): string[] => [
  ...["-f", "lavfi", "-i", `aevalsrc=0.8*lt(mod(t\\,1)\\,0.001):s=${rate}:d=${seconds}:${channels}`],
];
const tone = (hertz: number, seconds: number, level: number): string[] => [
  ...["-f", "lavfi", "-i", `aevalsrc=${level}*sin(2*PI*${hertz}*t):s=${RATE}:d=${seconds}:c=mono`],
];

/** What is heard of all of a file, from second 0 on. */
async function source(file: string, change: Partial<SoundSource> = {}): Promise<SoundSource> {
  const { sound, zero, seconds } = await probeMedia(file, bounds());
  if (sound === null) throw new Error(`${file} has no sound.`);
  const whole = { mediaStart: 0, rate: 1, loopStart: null, gain: [], fadeIn: 0, fadeOut: 0 };
  return { file, channels: sound.channels, zero, start: 0, end: seconds ?? 1, ...whole, ...change };
}

interface Heard extends MixedSound {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

async function mix(sources: readonly SoundSource[], seconds: number, origin = 0): Promise<Heard> {
  const file = join(dir, "mix.wav");
  const samples = Math.round(seconds * RATE);
  const mixed = await mixSound({ sources, origin, samples, file }, bounds());
  const wav = await readFile(file);
  expect(wav.length).toBe(44 + samples * 4);
  const channel = (offset: number) =>
    Float64Array.from({ length: samples }, (_, index) => wav.readInt16LE(44 + index * 4 + offset) / 32_768);
  return { ...mixed, left: channel(0), right: channel(2) };
}

/** Seconds at which clicks begin. */
function onsets(samples: Float64Array): number[] {
  const found: number[] = [];
  for (const [index, sample] of samples.entries())
    if (Math.abs(sample) > 0.35 && index / RATE - (found.at(-1) ?? -1) > 0.1) found.push(index / RATE);
  return found;
}

function expectClicks(samples: Float64Array, seconds: readonly number[], withinMs = 1): void {
  const found = onsets(samples);
  expect(found).toHaveLength(seconds.length);
  for (const [index, second] of seconds.entries())
    expect(Math.abs((found[index] ?? 0) - second) * 1_000).toBeLessThanOrEqual(withinMs);
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "framewright-sound-"));
  binaries = await findFfmpeg({
    searchPath: process.env["PATH"] ?? "",
    cacheDir: join(homedir(), ".cache", "framewright"),
  });
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const picture = ["-f", "lavfi", "-i", "color=s=64x64:r=25:d=4", "-pix_fmt", "yuv420p", "-shortest"];
const KINDS: readonly (readonly [string, ...string[]])[] = [
  ["a.wav"],
  ["mono-44.wav", "-ar", "44100", "-ac", "1"],
  ["a.flac"],
  ["cbr.mp3", "-ar", "44100", "-b:a", "128k"],
  ["vbr.mp3", "-q:a", "3"],
  ["a.m4a", "-c:a", "aac"],
  ["a.ogg", "-c:a", "libvorbis"],
  ["a.opus", "-c:a", "libopus"],
  ["sound.webm", "-c:a", "libopus"],
  ["with-picture.mp4", ...picture, "-c:v", "libx264", "-c:a", "aac"],
  ["with-picture.mkv", ...picture, "-c:v", "libx264", "-c:a", "flac"],
];

it.each(KINDS)("%s is heard on time, from its beginning and from within", async (name, ...args) => {
  const file = await make(name, ...clicks(4), ...args);
  expectClicks((await mix([await source(file, { end: 4 })], 4)).left, [0, 1, 2, 3]);
  const within = await source(file, { start: 0.5, end: 2.75, mediaStart: 0.75 });
  expectClicks((await mix([within], 3)).right, [0.75, 1.75]);
});

it("finds the right place of a long file without decoding what lies before, whatever its rate of bits", async () => {
  const file = await make("long.mp3", ...clicks(60, 44_100), "-q:a", "7");
  const m4a = await make("long.m4a", ...clicks(60), "-c:a", "aac");
  const late = { start: 0.25, end: 3.25, mediaStart: 50.5 };
  expectClicks((await mix([await source(file, late)], 4)).left, [0.75, 1.75, 2.75], 2);
  expectClicks((await mix([await source(m4a, late)], 4)).left, [0.75, 1.75, 2.75]);
});

it("sums tones with gains, fades and a changing volume as they are reckoned", async () => {
  const low = await make("low.wav", ...tone(220, 3, 0.25), "-c:a", "pcm_f32le");
  const high = await make("high.wav", ...tone(1_000, 2, 0.5), "-c:a", "pcm_f32le");
  const curve = [
    { at: 1, gain: 1 },
    { at: 1.5, gain: 0.25 },
  ];
  const sources = [
    await source(low, { end: 3, gain: [{ at: 0, gain: 0.5 }], fadeIn: 0.5, fadeOut: 1 }),
    await source(high, { start: 0.5, end: 2.5, gain: curve }),
  ];
  const { left, right } = await mix(sources, 3);
  let worst = 0;
  for (const [index, sample] of left.entries()) {
    const t = index / RATE;
    const fade = Math.min(1, t / 0.5) * Math.min(1, 3 - t);
    const volume = t < 1 ? 1 : t < 1.5 ? 1 - 1.5 * (t - 1) : 0.25;
    const second = t >= 0.5 && t < 2.5 ? 0.5 * Math.sin(2 * Math.PI * 1_000 * (t - 0.5)) * volume : 0;
    const expected = 0.25 * Math.sin(2 * Math.PI * 220 * t) * 0.5 * fade + second;
    worst = Math.max(worst, Math.abs(sample - expected), Math.abs((right[index] ?? 9) - expected));
  }
  // Rounding to 16 bits is half a step.
  expect(worst).toBeLessThan(1.5 / 32_768);
});

it("begins a part of the video in the middle of a sound, and ends it on the sample", async () => {
  const file = await make("part.wav", ...clicks(5));
  const { left } = await mix([await source(file, { start: 1, end: 6 })], 1.6016, 2.5);
  expectClicks(left, [0.5, 1.5]);
});

it("repeats a loop without a gap", async () => {
  const file = await make("loop.wav", ...tone(1_000, 0.5, 0.5), "-c:a", "pcm_f32le");
  const { left } = await mix([await source(file, { end: 3, loopStart: 0, mediaStart: 0.25 })], 3);
  const worst = left.reduce(
    (most, sample, index) =>
      Math.max(most, Math.abs(sample - 0.5 * Math.sin((2 * Math.PI * 1_000 * index) / RATE))),
    0,
  );
  expect(worst).toBeLessThan(1e-4);
});

it("mixes six channels down by the standard's coefficients", async () => {
  const parts = ["FL=c0", "FR=0*c0", "FC=0*c0", "LFE=0*c0", "BL=c0", "BR=0*c0"].join("|");
  const file = await make("six.flac", ...tone(500, 1, 0.25), "-af", `pan=5.1|${parts}`);
  const { left, right } = await mix([await source(file, { end: 1 })], 1);
  expect(Math.max(...left)).toBeCloseTo(0.25 * (1 + Math.SQRT1_2), 2);
  expect(Math.max(...right)).toBeLessThan(1e-3);
});

it("turns down what is too loud together, and leaves the rest as it was", async () => {
  const quiet = await make("quiet.wav", ...tone(500, 3, 0.25), "-c:a", "pcm_f32le");
  const loud = await make("loud.wav", ...tone(700, 1, 0.9), "-c:a", "pcm_f32le");
  const sources = [await source(quiet, { end: 3 }), await source(loud, { start: 1, end: 2 })];
  const { left, peak, summedPeak } = await mix(sources, 3);
  expect(summedPeak).toBeGreaterThan(1.1);
  expect(peak).toBeLessThanOrEqual(10 ** (-1 / 20) + 1e-6);
  const before = left.subarray(0, 0.99 * RATE);
  expect(Math.max(...before)).toBeCloseTo(0.25, 3);
  expect(Math.max(...left.subarray(2.7 * RATE))).toBeCloseTo(0.25, 2);
});

/** The middle of each stretch in which there is sound. */
function middles(samples: Float64Array): number[] {
  const stretches: [number, number][] = [];
  for (const [index, sample] of samples.entries()) {
    if (Math.abs(sample) < 0.1) continue;
    const at = index / RATE;
    const last = stretches.at(-1);
    if (last && at - last[1] < 0.02) last[1] = at;
    else stretches.push([at, at]);
  }
  return stretches.map(([from, to]) => (from + to) / 2);
}

/** Hertz, by how often the sound crosses zero upwards within 0.1 s. */
function pitch(samples: Float64Array, second: number): number {
  const part = samples.subarray((second - 0.05) * RATE, (second + 0.05) * RATE);
  return part.reduce(
    (count, sample, index) => count + (sample >= 0 && (part[index - 1] ?? 1) < 0 ? 10 : 0),
    0,
  );
}

it.each([0.25, 0.8, 1.5, 4])("keeps pitch and place at a rate of %d", async (rate) => {
  // A tone of 0.4 s in the middle of each second.
  const bursts = `aevalsrc=0.5*sin(2*PI*800*t)*between(mod(t\\,1)\\,0.3\\,0.7):s=${RATE}:d=8:c=mono`;
  const file = await make(`bursts-${rate}.wav`, "-f", "lavfi", "-i", bursts);
  const seconds = 4 / rate;
  const { left } = await mix([await source(file, { start: 0, end: seconds, rate, mediaStart: 2 })], seconds);
  const found = middles(left);
  expect(found).toHaveLength(4);
  for (const [index, middle] of found.entries()) {
    expect(Math.abs(middle - (index + 0.5) / rate)).toBeLessThan(0.025);
    expect(Math.abs(pitch(left, (index + 0.5) / rate) - 800)).toBeLessThanOrEqual(20);
  }
});
