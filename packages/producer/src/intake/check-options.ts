import { isFpsInRange, parseFps, ProblemError, type RenderOptions } from "@framewright/contract";

export const DEFAULT_ENTRY_FILE = "index.html";
const MIN_SIZE = 16;
const MAX_SIZE = 7680;

/** Refuses what no composition could make right, before anything is read or opened. */
export function checkOptions({ fps, width, height }: RenderOptions): void {
  if (fps !== undefined) checkFps(fps);
  checkSide("width", width);
  checkSide("height", height);
}

function checkFps(value: number | string): void {
  const fps = parseFps(value);
  if (fps && isFpsInRange(fps)) return;
  throw new ProblemError("fps-out-of-range", `\`fps\` is ${value}.`);
}

function checkSide(name: "width" | "height", pixels: number | undefined): void {
  if (pixels === undefined) return;
  if (pixels < MIN_SIZE || pixels > MAX_SIZE) {
    throw new ProblemError("size-invalid", `\`${name}\` is ${pixels}.`);
  }
  if (pixels % 2 !== 0) throw new ProblemError("size-odd", `\`${name}\` is ${pixels}.`);
}
