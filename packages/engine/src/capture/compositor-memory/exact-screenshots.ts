import { ProblemError } from "@framewright/contract";

import { openPixelMemory } from "../../encode/i420/pixel-memory.ts";
import { type FrameSource, IMAGE_FORMATS } from "../frame-source.ts";
import type { CaptureBackend } from "../port.ts";
import type { Size } from "./bitmap.ts";
import { pngPixels } from "./png-pixels.ts";

/** Takes lossless screenshots, and gives the pixels that would have been read from memory. */
export function exactScreenshots(frames: FrameSource, size: Size): CaptureBackend {
  const { pictures, toI420 } = openPixelMemory(size);
  let [last, spare] = pictures;
  return {
    form: { codec: "rawvideo", ...size, toI420 },
    draw: async (frame, deadline) => {
      const pixels = pngPixels(await frames.capture(frame, IMAGE_FORMATS.high, deadline), size);
      if (pixels === null) {
        const detail = `The browser gave a picture of frame ${frame} that is not ${size.width}x${size.height}.`;
        throw new ProblemError("browser-failed", detail);
      }
      return {
        read: () => {
          [last, spare] = [spare, last];
          pixels.copy(last);
          return last;
        },
      };
    },
  };
}
