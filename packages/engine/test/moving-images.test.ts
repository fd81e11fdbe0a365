import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, it } from "vitest";

import { findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import { withPage } from "./open-page.ts";

const run = promisify(execFile);
const WIDTH = 320;
/** Each picture lasts 100 ms and shows a black bar of another length: 16 px more each. */
const PICTURES = 10;
const BAR = 16;

/** A moving image, as a data URL, that shows which of its pictures is seen. */
async function movingImage(ffmpeg: string, dir: string, name: string, args: string[]): Promise<string> {
  const file = join(dir, name);
  const source = `color=white:s=${WIDTH}x20:r=10:d=${PICTURES / 10},geq=lum='if(lt(X,${BAR}*(N+1)),16,235)':cb=128:cr=128`;
  await run(ffmpeg, ["-v", "error", "-f", "lavfi", "-i", source, ...args, file]);
  const type = name.split(".")[1] ?? "";
  return `data:image/${type};base64,${(await readFile(file)).toString("base64")}`;
}

it("shows moving images as of the frame's time, also on a page where nothing else moves", async () => {
  const dir = await mkdtemp(join(tmpdir(), "framewright-images-"));
  try {
    const searchPath = process.env["PATH"] ?? "";
    const { ffmpeg } = await findFfmpeg({ searchPath, cacheDir: join(homedir(), ".cache", "framewright") });
    const gif = await movingImage(ffmpeg, dir, "a.gif", ["-loop", "0"]);
    const apng = await movingImage(ffmpeg, dir, "b.apng", ["-plays", "0"]);
    const later = await movingImage(ffmpeg, dir, "c.gif", ["-loop", "0", "-vf", "hflip,hflip"]);
    const body = `<style>body { margin: 0 } img, div { display: block; width: 320px; height: 20px }</style>
      <section data-composition-id="main" data-duration="2"></section>
      <img src="${gif}"><div style="background: url(${apng})"></div><div id="late"></div>
      <script>setTimeout(() => { late.innerHTML = '<img src="${later}#late">' }, 300)</script>`;
    await withPage(
      body,
      async ({ composition, read }) => {
        const lengths: number[][] = [];
        for (let frame = 0; frame < 27; frame++) {
          const deadline = Date.now() + 20_000;
          const pending = await read(`__framewright.stepTo(${frame}, ${composition.page.images.present()})`);
          for (let waits = pending; Array.isArray(waits) && waits.length > 0;) {
            await composition.frames.settle(deadline, frame);
            const left = await read("__framewright.linger(true)");
            waits = Object.values(left as Record<string, unknown[]>).flat();
          }
          const picture = await composition.frames.capture(frame, { codec: "png", quality: 100 }, deadline);
          if (![0, 2, 3, 5, 6, 9, 11, 12, 26].includes(frame)) continue;
          const child = run(ffmpeg, ["-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", "gray", "-"], {
            encoding: "buffer",
          });
          child.child.stdin?.end(picture);
          const { stdout } = await child;
          const lengthAt = (y: number): number =>
            Array.from({ length: WIDTH }, (_, x) => stdout[y * WIDTH + x] ?? 255).filter((grey) => grey < 100)
              .length / BAR;
          lengths.push([frame, lengthAt(10), lengthAt(30), lengthAt(50)]);
        }
        // 30 frames a second: picture n + 1 shows from frame 3 n on.
        expect(lengths).toEqual([
          [0, 1, 1, 0],
          [2, 1, 1, 0],
          [3, 2, 2, 0],
          [5, 2, 2, 0],
          [6, 3, 3, 0],
          [9, 4, 4, 1],
          [11, 4, 4, 1],
          [12, 5, 5, 2],
          [26, 9, 9, 6],
        ]);
      },
      { fps: { num: 30, den: 1 } },
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
