import type { Picture, Tools } from "../tasks.ts";
import { MARKER_WIDTH } from "./compositor-memory/marker.ts";
import type { CaptureId } from "./port.ts";

/** How the frames of a picture are taken with these programs. The same for the same inputs: chunks are known by it. */
export function captureOf(
  { capture, browser }: Pick<Tools, "capture" | "browser">,
  { width, deviceScaleFactor }: Pick<Picture, "width" | "deviceScaleFactor">,
): CaptureId {
  // Scaled, the compositor's bitmap is of another size than the picture.
  const fits = deviceScaleFactor === 1 && width >= MARKER_WIDTH;
  return capture.id === "compositor-memory" && !fits ? browser.frameControl : capture.id;
}
