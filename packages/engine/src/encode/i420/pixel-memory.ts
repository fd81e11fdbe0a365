import { COLUMNS } from "./kernel.ts";
import { MODULE } from "./module.ts";

const PAGE_BYTES = 65_536;
const PIXEL_BYTES = 4;

export interface PixelMemory {
  /** Room for two pictures: rows of blue, green, red and alpha, without gaps. */
  readonly pictures: readonly [Buffer, Buffer];
  /**
   * One of the two pictures as planes of BT.709 in limited range, with a colour for each two by two pixels. They stay until
   * another picture is converted; one that comes again directly is not.
   */
  readonly toI420: (picture: Buffer) => Buffer;
}

type Convert = (...numbers: readonly number[]) => void;

/** The conversion takes pictures of even size, of at least so many columns. */
export const MIN_COLUMNS = COLUMNS;

export function openPixelMemory({ width, height }: { width: number; height: number }): PixelMemory {
  const pixels = width * height;
  const pictureBytes = pixels * PIXEL_BYTES;
  const bytes = 2 * pictureBytes + (pixels * 3) / 2;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(MODULE), { pixels: { memory } });
  // The module has this one export.
  const convert = instance.exports["convert"] as Convert;
  const at = (offset: number, length: number): Buffer => Buffer.from(memory.buffer, offset, length);
  const planes = at(2 * pictureBytes, (pixels * 3) / 2);
  const luma = planes.byteOffset;
  const [blue, red] = [luma + pixels, luma + (pixels * 5) / 4];
  let converted: Buffer | undefined;
  return {
    pictures: [at(0, pictureBytes), at(pictureBytes, pictureBytes)],
    toI420: (picture) => {
      if (picture !== converted) convert(picture.byteOffset, luma, blue, red, width, height);
      converted = picture;
      return planes;
    },
  };
}
