import type { FramesOnCommand } from "../begin-frame.ts";
import { IMAGE_FORMATS } from "../frame-source.ts";
import { type Bitmap, bitmapBytes } from "./bitmap.ts";
import { equalsPng } from "./png-pixels.ts";
import { wrongPicture } from "./memory-fault.ts";

/** Frames that are drawn at most until one shows nothing new. */
const MAX_DRAWS = 5;

/**
 * Compares pixels that were read with a screenshot of the same, byte by byte. Drawn once more, a page may show something
 * else, for what it does when it has been drawn: then that is compared.
 * @throws MemoryFault
 */
export async function compareWithScreenshot(
  frames: FramesOnCommand,
  bitmap: Bitmap,
  pixels: Buffer,
  frame: number | undefined,
  deadline: number,
): Promise<void> {
  const readAgain = (): Buffer => {
    const again = Buffer.allocUnsafe(bitmapBytes(bitmap));
    if (!bitmap.read(again)) throw wrongPicture(frame);
    return again;
  };
  let shown = pixels;
  let isStill = false;
  for (let draws = 0; draws < MAX_DRAWS && !isStill; draws++) {
    isStill = !(await frames.draw(frame, deadline));
    if (!isStill) shown = readAgain();
  }
  const screenshot = await frames.capture(frame, IMAGE_FORMATS.high, deadline);
  // A page that never stands still is compared as it was drawn for the screenshot.
  if (!equalsPng(isStill ? shown : readAgain(), bitmap, screenshot)) throw wrongPicture(frame);
}
