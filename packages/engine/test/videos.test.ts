import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { filmNumber, makeFilms } from "./barcode-film.ts";
import { type TestPage, withPage } from "./open-page.ts";

const WIDTH = 320;
const FPS = { num: 30, den: 1 };
const PICTURES = 90;
const RIGHT = 160;
const ROW = 36;

let dir = "";

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "framewright-videos-"));
  const args = ["-c:v", "libx264", "-g", "24", "-bf", "3", "-pix_fmt", "yuv420p"];
  await makeFilms([{ file: join(dir, "film.mp4"), args }], PICTURES, "30");
  await writeFile(join(dir, "text.mp4"), "This is no film.");
}, 60_000);

afterAll(() => rm(dir, { recursive: true, force: true }));

/** The numbers that a frame shows at these places. */
async function numbersOf(
  { composition }: TestPage,
  frame: number,
  places: readonly (readonly [number, number])[],
): Promise<number[]> {
  const png = await composition.frames.capture(frame, { codec: "png", quality: 100 }, Date.now() + 20_000);
  const decoding = ["-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
  const { stdout } = spawnSync("ffmpeg", decoding, { input: png, maxBuffer: 1e7 });
  return places.map(([left, top]) => filmNumber((x, y) => stdout[(top + y) * WIDTH + left + x] ?? 0));
}

const at = (x: number, row: number): string =>
  `style="position: absolute; left: ${x}px; top: ${row * ROW}px"`;

const PAGE = `<style>body { margin: 0; background: black } #inverted { filter: invert(1) }</style>
<div data-composition-id="main" data-width="320" data-height="180" data-duration="3">
  <video id="late" src="film.mp4" muted data-start="0.5" data-duration="1" ${at(0, 0)}></video>
  <video id="fast" src="film.mp4" muted data-start="0" data-media-start="1" data-duration="1" data-playback-rate="2" ${at(RIGHT, 0)}></video>
  <video id="round" src="film.mp4" muted loop data-start="0" data-media-start="2" data-duration="3" ${at(0, 1)}></video>
  <video id="over" src="film.mp4" muted data-start="0" data-media-start="2.5" data-duration="3" ${at(RIGHT, 1)}></video>
  <div data-composition-id="slow" data-start="0.2" data-duration="3" data-playback-rate="0.5" ${at(0, 2)}>
    <video src="film.mp4" muted data-start="0.1" data-duration="1" style="position: absolute; left: 0; top: 0"></video>
  </div>
  <canvas id="drawn" width="128" height="32" ${at(RIGHT, 2)}></canvas>
  <video id="auto" src="film.mp4" muted autoplay ${at(0, 3)}></video>
  <video id="back" src="film.mp4" muted ${at(RIGHT, 3)}></video>
  <canvas id="gl" width="128" height="32" ${at(0, 4)}></canvas>
  <video id="inverted" src="film.mp4" muted autoplay ${at(RIGHT, 4)}></video>
</div>
<script>
  const loose = document.createElement("video");
  loose.muted = true;
  loose.src = "film.mp4";
  loose.play();
  const context = gl.getContext("webgl", { preserveDrawingBuffer: true });
  const compile = (type, source) => { const s = context.createShader(type); context.shaderSource(s, source); context.compileShader(s); return s; };
  const program = context.createProgram();
  context.attachShader(program, compile(context.VERTEX_SHADER, "attribute vec2 p; varying vec2 v; void main() { v = vec2(p.x, 1.0 - p.y); gl_Position = vec4(p * 2.0 - 1.0, 0, 1); }"));
  context.attachShader(program, compile(context.FRAGMENT_SHADER, "precision mediump float; varying vec2 v; uniform sampler2D t; void main() { gl_FragColor = texture2D(t, v); }"));
  context.linkProgram(program);
  context.useProgram(program);
  context.bindBuffer(context.ARRAY_BUFFER, context.createBuffer());
  context.bufferData(context.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), context.STATIC_DRAW);
  context.enableVertexAttribArray(0);
  context.vertexAttribPointer(0, 2, context.FLOAT, false, 0, 0);
  context.bindTexture(context.TEXTURE_2D, context.createTexture());
  context.texParameteri(context.TEXTURE_2D, context.TEXTURE_MIN_FILTER, context.NEAREST);
  context.texParameteri(context.TEXTURE_2D, context.TEXTURE_MAG_FILTER, context.NEAREST);
  const heard = [];
  for (const type of ["loadedmetadata", "canplay", "play", "ended"]) over.addEventListener(type, () => heard.push(type));
  const told = [];
  const ready = [];
  for (const sound of [new Audio("film.mp4"), document.createElement("audio")]) {
    sound.oncanplaythrough = () => ready.push(sound.duration);
    if (!sound.src) sound.setAttribute("src", "film.mp4");
  }
  auto.requestVideoFrameCallback(function next(now, { mediaTime }) { told.push(Math.round(mediaTime * 30)); auto.requestVideoFrameCallback(next); });
  let start;
  requestAnimationFrame(function frame(now) {
    start ??= now;
    drawn.getContext("2d").drawImage(loose, 0, 0);
    back.currentTime = 2 - (now - start) / 1000 + 1e-4;
    context.texImage2D(context.TEXTURE_2D, 0, context.RGBA, context.RGBA, context.UNSIGNED_BYTE, auto);
    context.drawArrays(context.TRIANGLE_STRIP, 0, 4);
    requestAnimationFrame(frame);
  });
</script>`;

/** What each place shows of the film at a frame; nothing is 0, or 255 where it is inverted. */
function expected(frame: number): number[] {
  const within = (from: number, to: number, number: number): number =>
    frame >= from && frame < to ? number : 0;
  const last = PICTURES - 1;
  return [
    within(15, 45, frame - 15),
    within(0, 30, 30 + 2 * frame),
    60 + (frame % 30),
    Math.min(75 + frame, last),
    within(12, 72, Math.floor((frame - 12) / 2 + 1e-6)),
    frame,
    frame,
    60 - frame,
    frame,
    255 - frame,
  ];
}

const PLACES = Array.from(
  { length: 10 },
  (_, index) => [(index % 2) * RIGHT, Math.floor(index / 2) * ROW] as const,
);

it("shows of every video the picture whose time it is, drawn by the browser or by a script", async () => {
  await withPage(
    PAGE,
    async (page) => {
      const { read } = page;
      const frames = [0, 1, 2, 14, 15, 16, 29, 30, 31, 44, 45];
      const shown: number[][] = [];
      for (let frame = 0; frame < 46; frame++) {
        await page.stepTo(frame);
        if (frames.includes(frame)) shown.push([frame, ...(await numbersOf(page, frame, PLACES))]);
      }
      expect(shown).toEqual(frames.map((frame) => [frame, ...expected(frame)]));
      expect(await read("heard.join()")).toBe("loadedmetadata,canplay,play,ended");
      expect(
        await read("[over.ended, over.paused, over.currentTime, over.duration, over.readyState].join()"),
      ).toBe("true,true,3,3,4");
      expect(
        await read(
          "[auto.paused, Math.round(auto.currentTime * 30), auto.videoWidth, auto.videoHeight].join()",
        ),
      ).toBe("false,45,128,32");
      // Who waits for sounds that lie in no document does not wait in vain.
      expect(await read("ready.join()")).toBe("3,3");
      // One call for each new picture, before the frame's other callbacks.
      expect(await read("told.slice(-3).join()")).toBe("43,44,45");
      expect(await read("__framewright.declarations().problems")).toEqual([]);
    },
    { fps: FPS, mediaDir: dir },
  );
}, 60_000);

it("shows the same pictures to whoever begins in the middle", async () => {
  await withPage(
    PAGE,
    async (page) => {
      for (let at = -1; at < 15;) at = Number(await page.read("__framewright.skipTo(15)"));
      await page.stepTo(16);
      expect(await numbersOf(page, 16, PLACES)).toEqual(expected(16));
    },
    { fps: FPS, mediaDir: dir },
  );
}, 60_000);

it("tells of videos that cannot be shown, and lets the poster stand for what nobody plays", async () => {
  const data = `data:video/mp4;base64,${Buffer.from("no film either").toString("base64")}`;
  const body = `<div data-composition-id="main" data-width="320" data-height="180" data-duration="1">
    <video id="gone" src="gone.mp4" muted data-start="0"></video><video id="text" src="text.mp4" muted data-start="0"></video>
    <video id="data" src="${data}" muted autoplay></video>
    <video id="still" src="film.mp4" muted poster="data:image/svg+xml,&lt;svg xmlns='http://www.w3.org/2000/svg' width='64' height='16'/&gt;"></video>
  </div>`;
  await withPage(
    body,
    async ({ read }) => {
      expect(await read("__framewright.declarations().problems")).toEqual([
        { code: "media-missing", detail: "#gone shows gone.mp4, but the project has no such file." },
        {
          code: "media-invalid",
          detail: expect.stringMatching(/^#text shows text\.mp4, but moov atom not found/),
        },
        { code: "media-invalid", detail: expect.stringMatching(/^#data shows data:video\/mp4;base64,/) },
      ]);
      expect(
        await read("[still.poster.slice(0, 10), still.paused, still.getBoundingClientRect().width].join()"),
      ).toBe("data:image,true,64");
    },
    { fps: FPS, mediaDir: dir },
  );
});
