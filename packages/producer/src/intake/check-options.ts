import {
  isFpsInRange,
  MAX_FPS,
  outputOf,
  parseFps,
  ProblemError,
  type RenderOptions,
} from "@framewright/contract";
import { recordOf } from "@framewright/engine";

import { resolveOptions } from "../renders/resolve-options.ts";

export const DEFAULT_ENTRY_FILE = "index.html";
const MIN_SIZE = 16;
const MAX_SIZE = 7680;

/** Refuses what no composition could make right, before anything is read or opened. */
export function checkOptions(options: RenderOptions): void {
  const { fps, width, height } = options;
  const { format, output } = resolveOptions(options);
  if (fps !== undefined) checkFps(fps, outputOf(format).maxFps);
  const { sizeMultiple } = recordOf(output);
  checkSide("width", width, sizeMultiple);
  checkSide("height", height, sizeMultiple);
}

function checkFps(value: number | string, maxFps = MAX_FPS): void {
  const fps = parseFps(value);
  if (fps && isFpsInRange(fps) && fps.num <= maxFps * fps.den) return;
  const most = maxFps === MAX_FPS ? "" : `; the format takes ${maxFps} at most`;
  throw new ProblemError("fps-out-of-range", `\`fps\` is ${value}${most}.`);
}

function checkSide(name: "width" | "height", pixels: number | undefined, sizeMultiple: number): void {
  if (pixels === undefined) return;
  if (pixels < MIN_SIZE || pixels > MAX_SIZE) {
    throw new ProblemError("size-invalid", `\`${name}\` is ${pixels}.`);
  }
  if (pixels % sizeMultiple !== 0) throw new ProblemError("size-odd", `\`${name}\` is ${pixels}.`);
}
