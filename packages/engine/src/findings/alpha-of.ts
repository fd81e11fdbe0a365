import { PNG } from "pngjs";

/** How transparent a PNG is, from 0 for nothing there to 255. */
export function alphaOf(png: Buffer): { readonly min: number; readonly max: number } {
  const { data } = PNG.sync.read(png);
  let min = 255;
  let max = 0;
  for (let at = 3; at < data.length; at += 4) {
    const alpha = data[at] ?? 255;
    min = Math.min(min, alpha);
    max = Math.max(max, alpha);
  }
  return { min, max };
}
