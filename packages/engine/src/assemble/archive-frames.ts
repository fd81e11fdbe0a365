import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { makeZip } from "client-zip";

import { ahead } from "../ahead.ts";
import { runForOutput } from "../run-for-output.ts";
import { splitPngs } from "./split-pngs.ts";

/** Equal frames give equal archives, whenever they are packed. */
const PACKED_AT = new Date("2000-01-01T00:00:00Z");

/** The name of a frame in an archive, from 1 on. */
export function frameName(index: number): string {
  return `frame_${String(index + 1).padStart(6, "0")}.png`;
}

async function* entriesOf(pictures: AsyncIterable<Buffer>) {
  let index = 0;
  for await (const input of pictures) yield { name: frameName(index++), input, lastModified: PACKED_AT };
}

/** Packs the PNGs that ffmpeg writes into a ZIP, one after the other: memory does not grow with their number. */
export async function archiveFrames(
  ffmpeg: string,
  args: readonly string[],
  file: string,
  bounds: { readonly deadline: number; readonly signal: AbortSignal },
): Promise<void> {
  let packing = Promise.resolve();
  const onOutput = (output: Readable): void => {
    const zip = makeZip(entriesOf(splitPngs(output)));
    packing = pipeline(Readable.fromWeb(zip), createWriteStream(file), { signal: bounds.signal });
    // ffmpeg ends with nobody to write to, and then this is what is told.
    packing.catch(() => output.destroy());
  };
  const running = ahead(runForOutput(ffmpeg, args, { ...bounds, onOutput }));
  await packing;
  await running;
}
