import { PNG } from "pngjs";

import type { Size } from "./bitmap.ts";

/** Blue, green, red and alpha of a picture whose colours come as red, green, blue and alpha. */
function asBgra(rgba: Buffer): Buffer {
  const bgra = Buffer.from(rgba);
  for (let at = 0; at < bgra.length; at += 4) {
    bgra[at] = rgba[at + 2] ?? 0;
    bgra[at + 2] = rgba[at] ?? 0;
  }
  return bgra;
}

/** Whether the pixels of a bitmap are those of a screenshot, every one. */
export function equalsPng(pixels: Buffer, { width, height }: Size, screenshot: Buffer): boolean {
  const png = PNG.sync.read(screenshot);
  return png.width === width && png.height === height && asBgra(png.data).equals(pixels);
}
