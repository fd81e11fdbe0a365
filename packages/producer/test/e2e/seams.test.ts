import { expect, test } from "vitest";

import { renderInChunks } from "./chunked-render.ts";
import { decodeColours } from "./decode.ts";
import { openFolder, sharedTools } from "./machine.ts";
import { layeredPage, LAYERED_SIZE } from "./pages.ts";

const FPS = { num: 30, den: 1 };
const CUTS = [0, 12, 24];

test(
  "what moves by the machine's time is drawn by one page, so that it never jumps back",
  { timeout: 120_000 },
  async () => {
    await using folder = await openFolder();
    const [width, height] = [320, 60];
    const bar = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="0" height="${height}" fill="red"><animate attributeName="width" from="0" to="300" dur="4s" fill="freeze"/></rect></svg>`;
    const { file, chunks } = await renderInChunks({
      tools: await sharedTools(),
      html: `<body style="margin:0" data-composition-id="m" data-width="${width}" data-height="${height}" data-duration="2"><img src="bar.svg" style="display:block"></body>`,
      files: { "bar.svg": bar },
      width,
      height,
      fps: FPS,
      cuts: CUTS,
      dir: folder.dir,
    });
    expect(chunks.at(-1)?.history).toBe(true);
    const picture = await decodeColours(file);
    const lengths = Array.from(
      { length: picture.frames },
      (_, frame) =>
        Array.from({ length: width }, (__, x) => picture.at(frame, x, height / 2)).filter(
          ([, green]) => green < 128,
        ).length,
    );
    expect(lengths).toHaveLength(CUTS.at(-1) ?? 0);
    expect(lengths.at(-1)).toBeGreaterThan(10);
    const jumps = lengths.filter((length, frame) => length < (lengths[frame - 1] ?? 0) - 2);
    expect(jumps).toEqual([]);
  },
);

test(
  "layers that a fresh page draws at another scale are no reason to draw the video in one",
  { timeout: 120_000 },
  async () => {
    await using folder = await openFolder();
    const page = { tools: await sharedTools(), html: layeredPage(2), ...LAYERED_SIZE };
    const { chunks, verdict } = await renderInChunks({ ...page, fps: FPS, cuts: CUTS, dir: folder.dir });
    expect(chunks).toHaveLength(CUTS.length - 1);
    expect(verdict.checks.find(({ name }) => name === "seams")).toMatchObject({
      passed: true,
      expected: "1 equal",
    });
  },
);
