import type { FrameSpan } from "../../browser/seen.ts";
import type { FramesOnCommand } from "../begin-frame.ts";
import { IMAGE_FORMATS } from "../frame-source.ts";
import type { CaptureBackend } from "../port.ts";
import { openPixelMemory } from "../../encode/i420/pixel-memory.ts";
import type { Bitmap } from "./bitmap.ts";
import { compareWithScreenshot } from "./compare-with-screenshot.ts";
import { equalsPng } from "./png-pixels.ts";
import { wrongPicture } from "./memory-fault.ts";

/** One frame in so many is compared with a screenshot: by its number, so that a chunk is the same each time. */
const CHECK_EVERY = 128;

/**
 * Takes frames from the memory that the compositor draws into, which costs no more than to copy them. That it is the right
 * memory is seen before the first frame, now and then, and at the last.
 * @param followsDrawing - whether the page does something when it is drawn, so that no frame may be drawn twice
 * @throws MemoryFault here, and from `draw`
 */
export async function memoryBackend(
  frames: FramesOnCommand,
  bitmap: Bitmap,
  { endFrame }: FrameSpan,
  deadline: number,
  followsDrawing: (deadline: number) => Promise<boolean>,
): Promise<CaptureBackend> {
  const { width, height } = bitmap;
  const { pictures, toI420 } = openPixelMemory(bitmap);
  let [last, spare] = pictures;
  let isAny = false;
  const readNew = (frame: number | undefined): Buffer => {
    if (!bitmap.read(spare)) throw wrongPicture(frame);
    [last, spare] = [spare, last];
    isAny = true;
    return last;
  };
  await frames.draw(undefined, deadline);
  await compareWithScreenshot(frames, bitmap, readNew(undefined), undefined, deadline);

  return {
    form: { codec: "rawvideo", width, height, toI420 },
    draw: async (frame, by) => {
      const isChecked = frame % CHECK_EVERY === 0 || frame === endFrame - 1;
      if (isChecked && (await followsDrawing(by))) {
        const screenshot = await frames.capture(frame, IMAGE_FORMATS.high, by);
        const pixels = readNew(frame);
        if (!equalsPng(pixels, bitmap, screenshot)) throw wrongPicture(frame);
        return { read: () => pixels };
      }
      const mayDiffer = await frames.draw(frame, by);
      const read = (): Buffer => (mayDiffer || !isAny ? readNew(frame) : last);
      if (!isChecked) return { read };
      const pixels = read();
      await compareWithScreenshot(frames, bitmap, pixels, frame, by);
      return { read: () => pixels };
    },
  };
}
