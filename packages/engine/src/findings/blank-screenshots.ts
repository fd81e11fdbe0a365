import { type BlankFinder, nameOf } from "./picture-facts.ts";

export interface BlankScreenshotsOptions {
  /** No picture of one colour is larger, in bytes. */
  readonly maxBlankBytes: number;
  /** The colour of each picture that is all of one; null for any other. */
  readonly colours: (images: readonly Buffer[]) => Promise<readonly (string | null)[]>;
}

/** Of pictures that may be of one colour, the smallest are looked at: it takes the fewest bytes to say just that. */
const MAX_LOOKED_AT = 12;

/** Of compressed pictures: keeps the smallest of those that may be blank, by name. */
export function blankScreenshots({ maxBlankBytes, colours }: BlankScreenshotsOptions): BlankFinder {
  const images = new Map<string, Buffer>();
  return {
    note: (image) => {
      if (image.length > maxBlankBytes) return null;
      const name = nameOf(image);
      if (images.has(name)) return name;
      if (images.size >= MAX_LOOKED_AT) {
        const [largest] = [...images].toSorted(([, a], [, b]) => b.length - a.length);
        if (!largest || largest[1].length <= image.length) return null;
        images.delete(largest[0]);
      }
      images.set(name, image);
      return name;
    },
    colours: async () => {
      const names = [...images.keys()];
      const found = names.length === 0 ? [] : await colours([...images.values()]);
      const byName = new Map(names.map((name, index) => [name, found[index] ?? null]));
      return (name) => byName.get(name) ?? null;
    },
  };
}
