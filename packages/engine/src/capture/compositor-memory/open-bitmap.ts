import { isProblemError, type ProblemCode } from "@framewright/contract";

import { CallTimeout } from "../../browser/cdp.ts";
import type { Page } from "../../browser/page.ts";
import type { FramesOnCommand } from "../begin-frame.ts";
import { type Bitmap, bitmapBytes, findBitmaps, type FoundBitmaps, type Size } from "./bitmap.ts";
import { compareWithScreenshot } from "./compare-with-screenshot.ts";
import { MARKER, moveBesideMarker, showMarker } from "./marker.ts";
import { MemoryFault } from "./memory-fault.ts";

/** An empty page is drawn in a few milliseconds. */
const TIMEOUT_MS = 10_000;
/** What is put into a page is drawn by then. */
const DRAWS = 3;
/** Moving frames that must equal their screenshots. */
const MOVES = 2;

export interface EmptyPage {
  /** A browser's first page, which shows nothing yet. */
  readonly page: Page;
  readonly frames: FramesOnCommand;
  /** Of the picture, in its own pixels. */
  readonly size: Size;
  /** Pixels of the picture to a CSS pixel. */
  readonly deviceScaleFactor: number;
  /** The browser's process, or one above it. */
  readonly root: number | undefined;
}

/**
 * Finds where a browser draws. Gives why it cannot be read, as the end of a sentence, where it cannot.
 * @throws MemoryFault when the browser is of no more use
 */
export type OpenBitmap = (empty: EmptyPage) => Promise<Bitmap | string>;

/** Whether a page does not answer, of which no more is to be had. */
function isStuck(error: unknown): boolean {
  const codes: readonly ProblemCode[] = ["frame-timeout", "page-unresponsive"];
  return error instanceof CallTimeout || (isProblemError(error) && codes.includes(error.code));
}

async function follows({ page, frames }: EmptyPage, bitmap: Bitmap, deadline: number): Promise<boolean> {
  const pixels = Buffer.allocUnsafe(bitmapBytes(bitmap));
  try {
    for (let move = 1; move <= MOVES; move++) {
      await moveBesideMarker(page, move, deadline);
      await frames.draw(undefined, deadline);
      if (!bitmap.read(pixels)) return false;
      await compareWithScreenshot(frames, bitmap, pixels, undefined, deadline);
    }
    return true;
  } catch (error) {
    if (error instanceof MemoryFault) return false;
    throw error;
  }
}

async function firstThatFollows(
  empty: EmptyPage,
  found: FoundBitmaps,
  deadline: number,
): Promise<Bitmap | string> {
  for (const place of found.places) {
    const bitmap = found.at(place);
    if (await follows(empty, bitmap, deadline)) return bitmap;
  }
  found.close();
  return "what is in its memory differs from a screenshot";
}

/** By a page that shows a marker and then moves. */
export const openBitmap: OpenBitmap = async (empty) => {
  const { page, frames, size, deviceScaleFactor, root } = empty;
  if (root === undefined) return "it has no process";
  const deadline = Date.now() + TIMEOUT_MS;
  try {
    await showMarker(page, 1 / deviceScaleFactor);
    for (let draws = 0; draws < DRAWS; draws++) await frames.draw(undefined, deadline);
    const found = await findBitmaps(root, size, MARKER);
    return typeof found === "string" ? found : await firstThatFollows(empty, found, deadline);
  } catch (error) {
    throw isStuck(error) ? new MemoryFault("its browser did not draw an empty page in time") : error;
  }
};
