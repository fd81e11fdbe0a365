import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { type Fps, formatFps, framesToSeconds, frameTimeMs } from "@framewright/contract";
import type { Tools } from "@framewright/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { BARCODES, HEIGHT, readBarcodes, WIDTH } from "../frame-truth/barcodes.ts";
import { renderInChunks } from "./chunked-render.ts";
import { decodeGrey } from "./decode.ts";
import { type Folder, gsapSource, sharedTools, openFolder } from "./machine.ts";

const FRAMES = 40;
/** Of unequal lengths, some shorter than any that a plan makes. */
const SEVEN = [0, 3, 7, 13, 20, 26, 33, FRAMES];
const THREE = [0, 3, 20, FRAMES];
const ONE = [0, FRAMES];
const NTSC: Fps = { num: 30_000, den: 1001 };
/** All rates take minutes: the most awkward one tells as much of a change. */
const IS_LONG = process.env["FRAMEWRIGHT_LONG"] !== undefined;
const RATES: readonly { readonly fps: Fps; readonly layouts: readonly (readonly number[])[] }[] = [
  ...(IS_LONG ? [{ fps: { num: 24, den: 1 }, layouts: [SEVEN] }] : []),
  ...(IS_LONG ? [{ fps: { num: 30, den: 1 }, layouts: [ONE, SEVEN] }] : []),
  ...(IS_LONG ? [{ fps: { num: 60, den: 1 }, layouts: [SEVEN] }] : []),
  { fps: NTSC, layouts: IS_LONG ? [ONE, SEVEN] : [THREE] },
];
const CASES = RATES.flatMap(({ fps, layouts }) =>
  layouts.flatMap((cuts) => Object.keys(BARCODES).map((kind) => ({ fps, cuts, kind }))),
);

let tools: Tools;
let gsap: string;
let folder: Folder;

beforeAll(async () => {
  [tools, gsap, folder] = await Promise.all([sharedTools(), gsapSource(), openFolder()]);
});
afterAll(async () => folder[Symbol.asyncDispose]());

describe("decoded output shows frame n at n", () => {
  for (const { fps, cuts, kind } of CASES) {
    const name = `${kind} at ${formatFps(fps)} in ${cuts.length - 1} chunk(s)`;
    test(name, { timeout: 60_000 }, async () => {
      const seconds = framesToSeconds(FRAMES, fps);
      const html = BARCODES[kind]?.({ seconds, frameMs: frameTimeMs(1, fps), gsap }) ?? "";
      const dir = join(folder.dir, name.replaceAll(/[^\w-]/g, "-"));
      await mkdir(dir);
      const { file, verdict, chunks } = await renderInChunks({
        tools,
        html,
        width: WIDTH,
        height: HEIGHT,
        fps,
        cuts,
        dir,
      });
      expect(verdict.checks.filter(({ passed }) => !passed)).toEqual([]);
      // Every seam was proved: no chunk was rendered anew.
      expect(chunks).toHaveLength(cuts.length - 1);
      const shown = readBarcodes(await decodeGrey(file));
      expect(shown).toEqual(Array.from({ length: FRAMES }, (_, n) => n));
    });
  }
});
