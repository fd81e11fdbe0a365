import type { FrameSource, ImageFormat } from "./frame-source.ts";
import type { CaptureBackend } from "./port.ts";

/** Takes frames as screenshots. */
export function screenshotsBackend(frames: FrameSource, image: ImageFormat): CaptureBackend {
  return {
    form: image,
    draw: async (frame, deadline) => {
      const bytes = await frames.capture(frame, image, deadline);
      return { read: () => bytes };
    },
  };
}
