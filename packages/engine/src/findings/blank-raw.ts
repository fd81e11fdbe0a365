import type { BlankFinder } from "./picture-facts.ts";

const PIXEL_BYTES = 4;

/** Of rows of blue, green, red and alpha: a picture is of one colour when each pixel equals the one before. */
export function blankRaw(): BlankFinder {
  return {
    note: (image) => {
      // The comparison ends at the first pixel that differs.
      if (!image.subarray(PIXEL_BYTES).equals(image.subarray(0, -PIXEL_BYTES))) return null;
      const [blue = 0, green = 0, red = 0] = image;
      return `#${Buffer.from([red, green, blue]).toString("hex")}`;
    },
    colours: async () => (name) => name,
  };
}
