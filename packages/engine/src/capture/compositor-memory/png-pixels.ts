import { PNG } from "pngjs";

import type { Size } from "./bitmap.ts";

/** Blue, green, red and alpha of a screenshot's pixels; null where it is of another size. */
export function pngPixels(screenshot: Buffer, { width, height }: Size): Buffer | null {
  const png = PNG.sync.read(screenshot);
  if (png.width !== width || png.height !== height) return null;
  const pixels = png.data;
  for (let at = 0; at < pixels.length; at += 4) {
    const red = pixels[at] ?? 0;
    pixels[at] = pixels[at + 2] ?? 0;
    pixels[at + 2] = red;
  }
  return pixels;
}

/** Whether the pixels of a bitmap are those of a screenshot, every one. */
export function equalsPng(pixels: Buffer, size: Size, screenshot: Buffer): boolean {
  return pngPixels(screenshot, size)?.equals(pixels) ?? false;
}
