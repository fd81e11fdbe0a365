import { expect, test } from "vitest";

import { growingFilm, tone } from "./moving-files.ts";
import { planCase, renderCase, wrongBars } from "./try-case.ts";

const TIMEOUT = { timeout: 120_000 };

const codes = async (...args: Parameters<typeof planCase>): Promise<string[]> =>
  (await planCase(...args)).map(({ code }) => code);

test("an AudioContext stands at 0, as in a browser without a gesture, and is told", TIMEOUT, async () => {
  const input = { files: { "t.wav": await tone() } };
  expect(await codes("audio-clock", input)).toEqual(["audio-unsupported"]);
  const picture = await renderCase("audio-clock", [0, 30], input);
  for (const y of [15, 45, 75])
    expect(
      wrongBars(picture, y, () => 0),
      `row ${y}`,
    ).toEqual([]);
});

test("Chinese characters, Hebrew and emoji have glyphs", TIMEOUT, async () => {
  expect(await codes("cjk-emoji")).toEqual([]);
  const picture = await renderCase("cjk-emoji", [0, 1]);
  // A thumb of skin colour, and no box of black lines, is right of three Chinese characters.
  const colours = new Set<string>();
  for (let y = 10; y < 50; y++)
    for (let x = 120; x < 200; x++) {
      const [red, green, blue] = picture.at(0, x, y);
      if (red - blue > 60 && green > blue) colours.add("skin");
    }
  expect([...colours]).toEqual(["skin"]);
});

test("a service worker is told, and the page goes on", TIMEOUT, async () => {
  const files = {
    "sw.js":
      "self.addEventListener('install', () => self.skipWaiting()); self.addEventListener('activate', (e) => e.waitUntil(clients.claim())); self.addEventListener('fetch', (e) => e.respondWith(fetch(e.request)));",
  };
  expect(await codes("service-worker", { files })).toContain("service-worker-unsupported");
  expect((await renderCase("service-worker", [0, 30], { files })).frames).toBe(30);
});

test("a worker's clock is told, and its answer waited for", TIMEOUT, async () => {
  expect(await codes("worker-decode")).toEqual(["worker-clock"]);
  expect(wrongBars(await renderCase("worker-decode", [0, 15]), 15, () => 200)).toEqual([]);
});

test("films play, by themselves and as clips, in one chunk and the next", TIMEOUT, async () => {
  const files = { "clip.webm": await growingFilm() };
  expect(await codes("video-plays", { files })).toEqual([]);
  const picture = await renderCase("video-plays", [0, 20, 60], { files });
  expect(wrongBars(picture, 30, (frame) => 3 * frame)).toEqual([]);
  const ofClip = (frame: number): number => (frame >= 15 && frame < 45 ? 3 * (frame - 15) : 0);
  expect(wrongBars(picture, 100, ofClip)).toEqual([]);
});

test("a film that is not there, or is none, ends the plan", TIMEOUT, async () => {
  await expect(codes("video-plays")).rejects.toMatchObject({ code: "media-missing" });
  const files = { "clip.webm": "no film" };
  await expect(codes("video-plays", { files })).rejects.toMatchObject({ code: "media-invalid" });
});

test("WebGPU is told, and a page that does without it goes on", TIMEOUT, async () => {
  expect(await codes("webgpu")).toEqual(["webgpu-unsupported"]);
  expect(wrongBars(await renderCase("webgpu", [0, 15]), 15, () => 50)).toEqual([]);
});

test("a page that wants to be loaded again is told that it is not", TIMEOUT, async () => {
  expect(await codes("refresh")).toEqual(["reload-ignored"]);
});
