import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { PNG } from "pngjs";
import { expect, it } from "vitest";

import { openPage } from "./open-page.ts";
import {
  FRAMES,
  HEIGHT,
  WIDTH,
  checked,
  dir,
  expectFrames,
  failures,
  ffmpeg,
  framesOf,
  make,
  near,
  pictureOf,
  run,
} from "./output-files.ts";

it.each(["gif", "apng"] as const)(
  "makes one %s of all frames, each as long as it should be",
  async (format) => {
    const { file, verdict } = await make({ format, loop: 3 });
    expect(failures(verdict)).toEqual([]);
    // A GIF has no half-transparent pixels.
    expectFrames(await framesOf(file), true, format === "gif" ? 255 : 128);
    const { stdout } = await run(ffmpeg.ffprobe, [
      ...["-v", "error", "-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", file],
    ]);
    const times = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(",").map(Number));
    expect(times).toHaveLength(FRAMES);
    const [start = 0, duration = 0] = times.at(-1) ?? [];
    expect(start + duration).toBeCloseTo((FRAMES * 1001) / 30000, 2);
    const opaque = await make({ format, transparent: false });
    expect(failures(opaque.verdict)).toEqual([]);
  },
);

it("makes a WebP of all frames, which a browser shows as they are", async () => {
  const { file, verdict } = await make({ format: "webp", loop: 2 });
  expect(failures(verdict)).toEqual([]);
  const data = (await readFile(file)).toString("base64");
  // Decoded by the browser: an ffmpeg of this age reads no animated WebP.
  const script = `<script>
    window.decoded = async () => {
      const data = Uint8Array.from(atob("${data}"), (char) => char.charCodeAt(0));
      const decoder = new ImageDecoder({ data, type: "image/webp" });
      await decoder.tracks.ready;
      await decoder.completed;
      const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
      const canvas = new OffscreenCanvas(${WIDTH}, ${HEIGHT});
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const shown = [];
      for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
        const { image } = await decoder.decode({ frameIndex });
        context.clearRect(0, 0, ${WIDTH}, ${HEIGHT});
        context.drawImage(image, 0, 0);
        const at = (x, y) => [...context.getImageData(x, y, 1, 1).data];
        let bar = 0;
        while (bar < ${WIDTH} && at(bar, 16)[0] > 128 && at(bar, 16)[3] > 128) bar++;
        shown.push([Math.round(bar / 4) - 1, at(100, 48)[3], at(64, 80)[3]]);
      }
      return { frameCount, repetitionCount, shown };
    };
  </script><div data-composition-id="main" data-duration="1"></div>`;
  const page = await openPage(script);
  try {
    const decoded = (await page.read("decoded()")) as { frameCount: number; shown: number[][] };
    expect(decoded).toMatchObject({ frameCount: FRAMES });
    expect(decoded.shown.map(([bar]) => bar)).toEqual(Array.from({ length: FRAMES }, (_, index) => index));
    expect(decoded.shown.every(([, none, half]) => none === 0 && near(half, 128))).toBe(true);
  } finally {
    await page.close();
  }
});

it("packs all frames into a ZIP, numbered and whole, and tells one that is not", async () => {
  const { file, verdict, output } = await make({ format: "png-sequence" });
  expect(failures(verdict)).toEqual([]);
  const folder = join(dir, "unpacked");
  await mkdir(folder);
  await run("python3", ["-m", "zipfile", "-e", file, folder]);
  const names = (await readdir(folder)).toSorted();
  expect(names.slice(0, 2)).toEqual(["frame_000001.png", "frame_000002.png"]);
  const frames = await Promise.all(
    names.map(async (name) => PNG.sync.read(await readFile(join(folder, name))).data),
  );
  expect(frames).toHaveLength(FRAMES);
  expect(frames.every((data, index) => data.equals(PNG.sync.read(pictureOf(index)).data))).toBe(true);
  await rm(join(folder, "frame_000007.png"));
  const bad = join(dir, "bad.zip");
  await run("python3", ["-m", "zipfile", "-c", bad, ...names.filter((name) => !name.includes("000007"))], {
    cwd: folder,
  });
  expect(failures(await checked(bad, output)).join()).toMatch(/entries: 30, 29.*names: 30, 6/);
});
