import type { Picture, Tools } from "../tasks.ts";
import { MIN_COLUMNS } from "../encode/i420/pixel-memory.ts";
import { MARKER_WIDTH } from "./compositor-memory/marker.ts";
import type { CaptureId } from "./port.ts";

/** Pixels by which a scaled page may miss the picture's edge: what numbers lose. */
const TOLERANCE = 0.001;

const MIN_WIDTH = Math.max(MARKER_WIDTH, MIN_COLUMNS);

/** The compositor's bitmap is the picture where the page fills it to the pixel. */
function isFilled({ width, height, deviceScaleFactor, videoWidth, videoHeight }: Picture): boolean {
  const misses = (css: number, pixels: number): boolean =>
    Math.abs(css * deviceScaleFactor - pixels) > TOLERANCE;
  return videoWidth >= MIN_WIDTH && !misses(width, videoWidth) && !misses(height, videoHeight);
}

/** How the frames of a picture are taken with these programs. The same for the same inputs: chunks are known by it. */
export function captureOf(
  { capture, browser }: Pick<Tools, "capture" | "browser">,
  picture: Picture,
): CaptureId {
  return capture.id === "compositor-memory" && !isFilled(picture) ? browser.frameControl : capture.id;
}
