import { recordOf } from "../outputs/records.ts";
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

/** Whether frames must come without loss. What the compositor draws into has no transparency; screenshots have. */
export function isExactPicture({ output }: Picture): boolean {
  return output.transparent || recordOf(output).isExact(output);
}

/** How the frames of a picture are taken with these programs. The same for the same inputs: chunks are known by it. */
export function captureOf(
  { capture, browser }: Pick<Tools, "capture" | "browser">,
  picture: Picture,
): CaptureId {
  const hasMemory = !picture.output.transparent && isFilled(picture);
  return capture.id === "compositor-memory" && !hasMemory ? browser.frameControl : capture.id;
}
