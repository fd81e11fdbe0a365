import { copyFile, open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { isProblemError, type OutputOptions, type Verdict } from "@framewright/contract";
import { expect, it } from "vitest";

import { captureChunk } from "../src/capture/capture-chunk.ts";
import { recordOf } from "../src/outputs/records.ts";
import { requireEncoders } from "../src/outputs/require-encoders.ts";
import { resolveOutput } from "../src/outputs/resolve-output.ts";
import type { Tools } from "../src/tasks.ts";
import { verify } from "../src/verify/verify.ts";
import { machineBrowser, withServedPage } from "./open-page.ts";
import {
  CUTS,
  FPS,
  FRAMES,
  HEIGHT,
  WIDTH,
  checked,
  dir,
  expectFrames,
  expectationOf,
  failures,
  ffmpeg,
  framesOf,
  make,
  pixels,
  run,
  signal,
  soon,
} from "./output-files.ts";

const CODED = [
  [{ format: "mp4" }, false],
  [{ format: "mp4", codec: "h265" }, false],
  [{ format: "mp4", codec: "av1" }, false],
  [{ format: "webm" }, true],
  [{ format: "webm", transparent: false }, false],
  [{ format: "webm", codec: "av1" }, false],
  [{ format: "mov" }, true],
  [{ format: "mov", transparent: false }, false],
  [{ format: "mov", codec: "prores-422-hq" }, false],
] as const satisfies readonly (readonly [OutputOptions, boolean])[];

it.each(CODED)(
  "joins chunks so that each frame is there, at its time, as it was: %o",
  async (options, isTransparent) => {
    const { file, verdict, output } = await make(options);
    expect(failures(verdict)).toEqual([]);
    expect(output.transparent).toBe(isTransparent);
    const decoder = output.codec === "vp9" && isTransparent ? ["-c:v", "libvpx-vp9"] : [];
    const frames = await framesOf(file, decoder);
    expect(frames).toHaveLength(FRAMES);
    expectFrames(frames, isTransparent);
  },
);

it.each(["mp4", "webm", "mov"] as const)(
  "puts sound beside the pictures, neither of them moved: %s",
  async (format) => {
    const sound = join(dir, `${format}.wav`);
    const samples = (FRAMES * 1001 * 48_000) / 30_000;
    // Nothing but a click in the middle, of half of full scale.
    const click = "if(between(n,24000,24047),0.5,0)";
    const source = `aevalsrc='${click}|${click}':s=48000:d=2,atrim=end_sample=${samples}`;
    await run(ffmpeg.ffmpeg, ["-v", "error", "-f", "lavfi", "-i", source, "-c:a", "pcm_s16le", sound]);
    const { file, output } = await make({ format }, CUTS, sound);
    const expected = { ...expectationOf(output), sound: { samples, peak: 0.5 } };
    expect(failures(await verify(file, expected, { ...ffmpeg, deadline: soon(), signal }))).toEqual([]);
    const args = ["-v", "error", "-i", file, "-map", "0:a", "-ac", "1", "-f", "s16le", "-"];
    const { stdout } = await run(ffmpeg.ffmpeg, args, { encoding: "buffer", maxBuffer: 2 ** 26 });
    const heard = new Int16Array(stdout.buffer, stdout.byteOffset, stdout.length / 2);
    const loudest = heard.reduce(
      (best, sample, at) => (Math.abs(sample) > Math.abs(heard[best] ?? 0) ? at : best),
      0,
    );
    expect(Math.abs(loudest - 24_024)).toBeLessThanOrEqual(40);
  },
);

it("tells a file that has lost its transparency, a frame, or a part of its bytes", async () => {
  const { file, output } = await make({ format: "webm" });
  const planted = async (name: string, args: readonly string[]): Promise<string[]> => {
    const bad = join(dir, `${name}.webm`);
    await run(ffmpeg.ffmpeg, ["-v", "error", "-y", "-i", file, ...args, bad]);
    return failures(await checked(bad, output)).map((text) => text.split(":")[0] ?? "");
  };
  expect(await planted("opaque", ["-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p"])).toContain(
    "frames with transparency",
  );
  expect(await planted("short", ["-c", "copy", "-frames:v", "29"])).toContain("packets");
  const broken = join(dir, "broken.mov");
  const mov = await make({ format: "mov" });
  await copyFile(mov.file, broken);
  const handle = await open(broken, "r+");
  await handle.write(Buffer.alloc(2_000, 0x55), 0, 2_000, Math.floor((await stat(broken)).size / 2));
  await handle.close();
  const verdict = await checked(broken, mov.output).catch((error: unknown) => error);
  expect(isProblemError(verdict) ? verdict.code : failures(verdict as Verdict)).not.toEqual([]);
});

it("makes a picture of one frame, transparent or filled", async () => {
  const png = await make({ format: "png" }, [0, 1]);
  expect(failures(png.verdict)).toEqual([]);
  expect((await readFile(png.file)).subarray(1, 4).toString()).toBe("PNG");
  expectFrames(await framesOf(png.file), true);
  const jpeg = await make({ format: "jpeg" }, [0, 1]);
  expect(failures(jpeg.verdict)).toEqual([]);
  expect((await readFile(jpeg.file)).subarray(0, 2).toString("hex")).toBe("ffd8");
});

it("refuses what the ffmpeg at hand cannot encode", () => {
  const output = resolveOutput({ format: "mp4", codec: "av1", quality: "draft" });
  const without = { ...ffmpeg, encoders: ["libx264", "aac"] };
  expect(() => requireEncoders(output, without)).toThrow("mp4 with av1");
  expect(() => requireEncoders(resolveOutput({ quality: "draft" }), without)).not.toThrow();
});

/** A page that leaves its middle empty, and says which frame it is by the width of its bar. */
const PAGE = `<div data-composition-id="main" data-duration="2" style="position: relative; width: ${WIDTH}px; height: ${HEIGHT}px; overflow: hidden">
  <div id="bar" style="position: absolute; left: 0; top: 0; height: 32px; background: rgb(255 0 0)"></div>
  <div style="position: absolute; top: 64px; width: 100%; height: 32px; background: rgb(0 0 255 / 0.502)"></div>
</div>
<style>body { margin: 0 }</style>
<script>
  window.__hf = { duration: 2, seek(s) { bar.style.width = 4 * (Math.round(s * 30000 / 1001) + 1) + "px"; } };
</script>`;

it("captures what a page leaves empty as transparent, in any chunk", async () => {
  const output = resolveOutput({ format: "mov", quality: "standard" });
  const tools: Tools = {
    browser: await machineBrowser(),
    sandbox: false,
    capture: { id: "compositor-memory", reason: null },
    ffmpeg,
    version: "of this machine",
  };
  const chunk = (startFrame: number, endFrame: number) =>
    withServedPage(
      PAGE,
      async (served) => {
        const file = join(dir, `page-${startFrame}.mov`);
        const { picture } = await captureChunk(
          {
            source: { ...served, readyTimeoutMs: 30_000, frameTimeoutMs: 30_000 },
            picture: { ...pixels, fps: FPS, quality: "standard", output },
            chunk: { index: 0, startFrame, endFrame },
            file,
          },
          { tools, scratchDir: served.scratchDir, signal: AbortSignal.timeout(60_000) },
        );
        return { file, picture };
      },
      { fps: FPS },
    );
  const parts = [await chunk(0, 10), await chunk(10, 20)];
  expect(parts.map(({ picture }) => picture.firstAlpha)).toEqual([
    { min: 0, max: 255 },
    { min: 0, max: 255 },
  ]);
  const frames = await Promise.all(parts.map(({ file }) => framesOf(file)));
  expectFrames(frames.flat(), true);
  expect(recordOf(output).join.kind).toBe("copy");
}, 90_000);
