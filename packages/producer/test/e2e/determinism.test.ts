import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { BARCODES, HEIGHT, WIDTH } from "../frame-truth/barcodes.ts";
import { renderInChunks } from "./chunked-render.ts";
import { frameHashes } from "./decode.ts";
import { layeredPage, LAYERED_SIZE } from "./pages.ts";
import { gsapSource, sharedTools, openFolder } from "./machine.ts";

const FPS = { num: 30, den: 1 };

const PAGES = {
  "a barcode": {
    html: async () => BARCODES["gsap"]?.({ seconds: 1, frameMs: 1000 / 30, gsap: await gsapSource() }) ?? "",
    width: WIDTH,
    height: HEIGHT,
  },
  "layers with shadows, text and turns in space": { html: async () => layeredPage(1), ...LAYERED_SIZE },
};

for (const [name, { html, width, height }] of Object.entries(PAGES)) {
  test(`${name}, rendered twice in chunks, decodes to the same frames`, { timeout: 60_000 }, async () => {
    await using folder = await openFolder();
    const tools = await sharedTools();
    const render = async (take: string): Promise<string[]> => {
      const dir = join(folder.dir, take);
      await mkdir(dir);
      const page = { tools, html: await html(), width, height, fps: FPS, dir };
      return frameHashes((await renderInChunks({ ...page, cuts: [0, 7, 19, 30] })).file);
    };
    const first = await render("first");
    expect(first).toHaveLength(30);
    expect(await render("second")).toEqual(first);
  });
}

test("pictures do not depend on where chunks begin", { timeout: 60_000 }, async () => {
  await using folder = await openFolder();
  const tools = await sharedTools();
  const last = async (start: number): Promise<string[]> => {
    const dir = join(folder.dir, `from-${start}`);
    await mkdir(dir);
    const page = { tools, html: layeredPage(1), ...LAYERED_SIZE, fps: FPS, dir };
    // Each begins a chunk at frame 24, so that the codec sees the same pictures from there on.
    return (await frameHashes((await renderInChunks({ ...page, cuts: [start, 24, 30] })).file)).slice(-6);
  };
  const hashes = (lines: readonly string[]): string[] => lines.map((line) => line.split(",").at(-1) ?? "");
  const alone = hashes(await last(20));
  expect(new Set(alone).size).toBe(6);
  expect(hashes(await last(0))).toEqual(alone);
});
