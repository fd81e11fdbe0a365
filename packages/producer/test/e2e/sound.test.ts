import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { plan, renderToFile, submit, waitForRender } from "./api.ts";
import { ffmpeg } from "./decode.ts";
import { type Folder, openFolder } from "./machine.ts";
import { page } from "./pages.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";
import { upload, zip } from "./uploads.ts";

const RATE = 48_000;
/** A render with its sound takes a few seconds, and many times that on a machine that does much else. */
const WAIT_MS = 60_000;
let service: TestProducer;
let folder: Folder;

beforeAll(async () => {
  [service, folder] = await Promise.all([startTestProducer(), openFolder()]);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** A millisecond of sound at the beginning of each second, left or right. */
function clicks(seconds: number, side: "left" | "right", ...output: string[]): Promise<Buffer> {
  const click = String.raw`0.8*lt(mod(t\,1)\,0.001)`;
  const channels = side === "left" ? `${click}|0` : `0|${click}`;
  return ffmpeg(["-f", "lavfi", "-i", `aevalsrc=${channels}:s=${RATE}:d=${seconds}`, ...output]);
}

interface Heard {
  readonly seconds: number;
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** Seconds at which clicks begin in a finished video. */
async function listen(file: string): Promise<Heard> {
  const pcm = await ffmpeg(["-i", file, "-map", "0:a", "-f", "f32le", "-ac", "2", "-"]);
  const onsets = (channel: number): number[] => {
    const found: number[] = [];
    for (let at = 0; at < pcm.length / 8; at++) {
      const sample = Math.abs(pcm.readFloatLE(at * 8 + channel * 4));
      if (sample > 0.25 && at / RATE - (found.at(-1) ?? -1) > 0.1) found.push(at / RATE);
    }
    return found;
  };
  return { seconds: pcm.length / 8 / RATE, left: onsets(0), right: onsets(1) };
}

const near = (seconds: readonly number[]): unknown[] => seconds.map((second) => expect.closeTo(second, 2.7));

const BODY = `
  <audio id="music" src="sounds/the music.m4a" data-start="0" data-duration="2.5"></audio>
  <div data-composition-id="inner" data-start="0.75" data-duration="2">
    <audio src="sounds/right.wav" data-start="0.5" data-media-start="0.25" data-duration="1"></audio>
  </div>
  <audio src="data:," data-start="0" muted></audio><p style="color: white">Listen</p>
  <script>
    const late = document.createElement("audio");
    late.src = "sounds/right.wav";
    late.setAttribute("data-start", "0.5");
    late.setAttribute("data-duration", "0.1");
    document.querySelector("[data-composition-id]").append(late);
  </script>`;

test("what a page plays is heard in its video, on time", { timeout: 120_000 }, async () => {
  // In a file: only there can the encoder's delay be taken down that players skip.
  const music = join(folder.dir, "music.m4a");
  await clicks(3, "left", "-c:a", "aac", music);
  const files = {
    "index.html": page({ duration: 3, body: BODY }),
    "sounds/the music.m4a": await readFile(music),
    "sounds/right.wav": await clicks(3, "right", "-f", "wav", "-"),
  };
  const project = await zip(files);
  const first = await renderToFile(service, upload(project, { fps: 10 }), folder.dir, WAIT_MS);
  const { plan: planned, warnings, verdict } = first.render;
  expect(planned?.sound?.samples).toBe(3 * RATE);
  expect(planned?.sound?.sources.map(({ src }) => src).toSorted()).toEqual([
    "sounds/right.wav",
    "sounds/right.wav",
    "sounds/the music.m4a",
  ]);
  expect(warnings).toEqual([]);
  expect(verdict?.checks.filter(({ name }) => name.startsWith("sound"))).toHaveLength(4);
  const heard = await listen(first.file);
  expect(heard).toEqual({
    seconds: expect.closeTo(3, 1.3),
    left: near([0, 1, 2]),
    right: near([0.5, 2]),
  });

  // Another range: chunks of the same frames are used again, and the sound is another one, of 30000/1001 frames.
  const part = await renderToFile(
    service,
    upload(project, { fps: "30000/1001", range: { startFrame: 20, endFrame: 71 } }),
    folder.dir,
  );
  const origin = (20 * 1001) / 30_000;
  expect(part.render.plan?.sound?.samples).toBe(Math.round((51 * 1001 * RATE) / 30_000));
  expect((await listen(part.file)).left).toEqual(near([1 - origin, 2 - origin]));

  const again = await submit(service, upload(project, { fps: 10 }));
  const { reused, plan: same } = await waitForRender(service, again.id);
  expect(reused).toEqual({ chunks: same?.chunks.length, frames: 30 });
});

test("a sound that is not there, or none, fails the plan with its element", async () => {
  const html = page({ body: '<audio id="voice" src="voice.mp3" data-start="0"></audio>' });
  expect((await plan(service, { html })).problem).toMatchObject({
    code: "media-missing",
    detail: "#voice plays voice.mp3, and there is no such file.",
  });
  const text = page({ body: '<audio src="data:audio/wav;base64,SGVsbG8=" data-start="0"></audio>' });
  expect((await plan(service, { html: text })).problem?.code).toBe("media-invalid");
});

test("sound that stands in the page itself is heard, as loud as a script says at the time", async () => {
  const data = (await clicks(2, "left", "-f", "wav", "-")).toString("base64");
  const html = page({
    duration: 2,
    body: `<audio id="clicks" src="data:audio/wav;base64,${data}" data-start="0.25" data-volume="0.9"></audio>`,
    script: `requestAnimationFrame(function tick(now) {
      if (now > 750) document.getElementById("clicks").volume = 0;
      requestAnimationFrame(tick);
    });`,
  });
  const { file } = await renderToFile(service, { html, fps: 10 }, folder.dir, WAIT_MS);
  expect((await listen(file)).left).toEqual(near([0.25]));
});
