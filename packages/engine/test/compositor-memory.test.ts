import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { beforeAll, expect, it } from "vitest";

import { captureChunk } from "../src/capture/capture-chunk.ts";
import type { Bitmap } from "../src/capture/compositor-memory/bitmap.ts";
import { findBitmaps } from "../src/capture/compositor-memory/bitmap.ts";
import { MARKER } from "../src/capture/compositor-memory/marker.ts";
import { MemoryFault } from "../src/capture/compositor-memory/memory-fault.ts";
import { openBitmap, type OpenBitmap } from "../src/capture/compositor-memory/open-bitmap.ts";
import { findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import type { CapturedChunk, Tools } from "../src/tasks.ts";
import { machineBrowser, withServedPage } from "./open-page.ts";
import { resolveOutput } from "../src/outputs/resolve-output.ts";

/** Two browsers in a row on a busy machine. */
const PAIR_MS = 90_000;
const [WIDTH, HEIGHT] = [320, 180];
const FPS = { num: 30, den: 1 };
/** Solid colours, by red, green and blue. */
const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
  [0, 0, 0],
  [128, 128, 128],
  [200, 100, 50],
  [13, 140, 240],
] as const;
const BLOCK = 32;
const BARS_TOP = 100;

const blocks = COLOURS.map(
  ([r, g, b], index) =>
    `<i style="position: absolute; left: ${index * BLOCK}px; top: 0; width: ${BLOCK}px; height: ${BLOCK}px; background: rgb(${r} ${g} ${b})"></i>`,
).join("");

/** Colours that stand still, a bar as wide as the frame's number, and things that move, are blurred, or draw by themselves. */
const PAGE = `<div data-composition-id="main" data-duration="10" style="position: relative; width: ${WIDTH}px; height: ${HEIGHT}px; background: #eee; overflow: hidden">
  ${blocks}
  <div id="bar" style="position: absolute; left: 0; top: ${BARS_TOP}px; height: 20px; background: black"></div>
  <div id="soft" style="position: absolute; top: 130px; width: 30px; height: 30px; background: red; filter: blur(3px) drop-shadow(0 0 5px blue)"></div>
  <div style="position: absolute; top: 150px; left: 100px; animation: turn 2s infinite linear; font: 20px serif">words</div>
  <canvas id="canvas" width="60" height="30" style="position: absolute; left: 240px; top: 140px"></canvas>
</div>
<style>@keyframes turn { to { transform: rotate(360deg) scale(1.3); opacity: 0.4 } }</style>
<script>
  window.__hf = { duration: 10, seek(s) {
    const frame = Math.round(s * 30);
    bar.style.width = frame + "px";
    soft.style.left = (frame * 1.7) % 280 + "px";
    const context = canvas.getContext("2d");
    context.fillStyle = "hsl(" + frame * 7 + " 80% 50%)";
    context.fillRect(frame % 50, 0, 10, 30);
  } };
</script>`;

/** What is taken where memory cannot be read: lossless screenshots of the same frames. */
const BY_SCREENSHOTS = { bitmaps: async () => "asked for" };

let tools: Tools;

beforeAll(async () => {
  const ffmpeg = await findFfmpeg({
    searchPath: process.env["PATH"] ?? "",
    cacheDir: join(homedir(), ".cache", "framewright"),
  });
  tools = {
    browser: await machineBrowser(),
    sandbox: false,
    capture: { id: "compositor-memory", reason: null },
    ffmpeg,
    version: "of this machine",
  };
});

interface Captured {
  readonly chunk: CapturedChunk;
  readonly video: Buffer;
  /** Rows of luma, then of the two chromas. */
  readonly frames: readonly Buffer[];
}

async function decode(file: string): Promise<Buffer[]> {
  const { stdout } = await promisify(execFile)(
    tools.ffmpeg.ffmpeg,
    ["-v", "error", "-i", file, "-f", "rawvideo", "-pix_fmt", "yuv444p", "-"],
    { encoding: "buffer", maxBuffer: 2 ** 28 },
  );
  const bytes = WIDTH * HEIGHT * 3;
  return Array.from({ length: stdout.length / bytes }, (_, n) => stdout.subarray(n * bytes, (n + 1) * bytes));
}

interface Asked {
  readonly body?: string;
  readonly from: number;
  readonly to: number;
  readonly bitmaps?: OpenBitmap;
  readonly scale?: number;
}

function captured({ body = PAGE, from, to, bitmaps, scale = 1 }: Asked): Promise<Captured> {
  return withServedPage(
    body,
    async (served) => {
      const file = join(served.scratchDir, "chunk.mp4");
      const chunk = await captureChunk(
        {
          source: { ...served, readyTimeoutMs: 30_000, frameTimeoutMs: 30_000 },
          picture: {
            fps: FPS,
            width: WIDTH,
            height: HEIGHT,
            deviceScaleFactor: scale,
            videoWidth: WIDTH * scale,
            videoHeight: HEIGHT * scale,
            quality: "high",
            output: resolveOutput({ quality: "high" }),
          },
          chunk: { index: 0, startFrame: from, endFrame: to },
          file,
        },
        {
          tools,
          scratchDir: served.scratchDir,
          signal: AbortSignal.timeout(60_000),
        },
        bitmaps,
      );
      return { chunk, video: await readFile(file), frames: await decode(file) };
    },
    { fps: FPS },
  );
}

const codes = ({ chunk }: Captured): string[] => chunk.inspection.told.map(({ code }) => code);

/** The plane's value in the middle of a block of colour. */
function sample(frame: Buffer, plane: number, block: number): number {
  return frame[plane * WIDTH * HEIGHT + (BLOCK / 2) * WIDTH + block * BLOCK + BLOCK / 2] ?? Number.NaN;
}

/** https://www.itu.int/rec/R-REC-BT.709: 8 bits, limited range. */
function bt709([r, g, b]: readonly [number, number, number]): [number, number, number] {
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return [
    16 + (219 * y) / 255,
    128 + (224 * (b - y)) / (1.8556 * 255),
    128 + (224 * (r - y)) / (1.5748 * 255),
  ];
}

/** Where the black bar ends. */
function barWidth(frame: Buffer): number {
  const row = frame.subarray((BARS_TOP + 10) * WIDTH, (BARS_TOP + 11) * WIDTH);
  const end = row.findIndex((luma) => luma > 120);
  return end === -1 ? WIDTH : end;
}

/** The real bitmap, seen through something that is wrong with it. */
const through =
  (fault: (bitmap: Bitmap) => Bitmap): OpenBitmap =>
  async (empty) => {
    const bitmap = await openBitmap(empty);
    return typeof bitmap === "string" ? bitmap : fault(bitmap);
  };

it(
  "gives the same video as lossless screenshots, byte by byte, in the colours of BT.709",
  async () => {
    // Across a frame that is compared on the way.
    const range = { from: 120, to: 150 };
    const memory = await captured(range);
    const screenshots = await captured({ ...range, ...BY_SCREENSHOTS });
    expect(codes(memory)).toEqual([]);
    expect(codes(screenshots)).toEqual(["capture-slow"]);
    expect(memory.video.equals(screenshots.video)).toBe(true);
    expect(memory.frames.map(barWidth)).toEqual(Array.from({ length: 30 }, (_, n) => 120 + n));
    for (const [block, rgb] of COLOURS.entries()) {
      for (const [plane, right] of bt709(rgb).entries())
        expect(Math.abs(sample(memory.frames[0] ?? Buffer.alloc(0), plane, block) - right)).toBeLessThan(1.5);
    }
    expect(memory.chunk.picture.changes).toBe(29);
    expect(memory.chunk.picture.blank).toEqual([]);
  },
  PAIR_MS,
);

it(
  "does so in a video of another size than the page",
  async () => {
    const range = { from: 30, to: 36, scale: 1.5 };
    const memory = await captured(range);
    const screenshots = await captured({ ...range, ...BY_SCREENSHOTS });
    expect(codes(memory)).toEqual([]);
    expect(memory.video.equals(screenshots.video)).toBe(true);
  },
  PAIR_MS,
);

it("reads nothing while the picture stands still, and tells frames of one colour", async () => {
  const still = `<div data-composition-id="main" data-duration="10"></div><script>
    window.__hf = { duration: 10, seek(s) { document.body.style.background = s < 0.5 ? "rgb(0 128 127)" : "black"; } };
  </script>`;
  let reads = 0;
  const counted = through((bitmap) => ({ ...bitmap, read: (into) => (reads++, bitmap.read(into)) }));
  const { chunk } = await captured({ body: still, from: 0, to: 60, bitmaps: counted });
  expect(chunk.picture.blank).toEqual([
    { startFrame: 0, endFrame: 15, colour: "#00807f" },
    { startFrame: 15, endFrame: 60, colour: "#000000" },
  ]);
  expect(chunk.picture.changes).toBe(1);
  expect(reads).toBeLessThan(8);
});

const FAULTS: Readonly<Record<string, OpenBitmap>> = {
  "a wrong address": async (empty) => {
    const [right, found] = [await openBitmap(empty), await findBitmaps(empty.root ?? 0, empty.size, MARKER)];
    if (typeof right === "string" || typeof found === "string") return "no bitmap";
    right.close();
    return found.at((found.places[0] ?? 0) + 4);
  },
  "a bitmap that is not drawn into any more": through((bitmap) => {
    let old: Buffer | undefined;
    return {
      ...bitmap,
      read: (into) => {
        const isThere = bitmap.read(into);
        old ??= Buffer.from(into);
        into.set(old);
        return isThere;
      },
    };
  }),
  "a bitmap that goes away": through((bitmap) => {
    let reads = 0;
    return { ...bitmap, read: (into) => ++reads < 5 && bitmap.read(into) };
  }),
  "one wrong pixel in the last frame": through((bitmap) => {
    let reads = 0;
    return {
      ...bitmap,
      read: (into) => {
        const isThere = bitmap.read(into);
        if (++reads === 13) into[5_000] = (into[5_000] ?? 0) ^ 1;
        return isThere;
      },
    };
  }),
  "a browser that stops to answer": async () => {
    throw new MemoryFault("its browser did not draw an empty page in time");
  },
  "a kernel that does not let it be read": async () => "the kernel does not let its memory be read (EACCES)",
};

it(
  "notices what is wrong with the memory, and gives the right video all the same",
  async () => {
    const range = { from: 1, to: 13 };
    const right = await captured({ ...range, ...BY_SCREENSHOTS });
    for (const [name, bitmaps] of Object.entries(FAULTS)) {
      const faulty = await captured({ ...range, bitmaps });
      expect(codes(faulty), name).toEqual(["capture-slow"]);
      expect(faulty.video.equals(right.video), name).toBe(true);
    }
  },
  6 * PAIR_MS,
);
