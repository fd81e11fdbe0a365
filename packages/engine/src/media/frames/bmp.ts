/** Sizes of the parts of a BMP file: https://learn.microsoft.com/windows/win32/gdi/bitmap-storage */
const FILE_HEADER = 14;
const V4_HEADER = 108;
export const BMP_HEADER_BYTES = FILE_HEADER + V4_HEADER;

const BITFIELDS = 3;
const RED = 0x00ff0000;
const GREEN = 0x0000ff00;
const BLUE = 0x000000ff;
const ALPHA = 0xff000000;
const SRGB = 0x73524742;

/** Writes the header of a picture of blue, green, red and alpha, whose rows follow from the top. */
export function writeBmpHeader(into: Buffer, width: number, height: number, hasAlpha: boolean): void {
  const pixels = width * height * 4;
  into.fill(0, 0, BMP_HEADER_BYTES);
  into.write("BM", 0, "latin1");
  into.writeUInt32LE(BMP_HEADER_BYTES + pixels, 2);
  into.writeUInt32LE(BMP_HEADER_BYTES, 10);
  into.writeUInt32LE(V4_HEADER, 14);
  into.writeInt32LE(width, 18);
  // Above zero, a height would mean that the bottom row comes first.
  into.writeInt32LE(-height, 22);
  into.writeUInt16LE(1, 26);
  into.writeUInt16LE(32, 28);
  into.writeUInt32LE(BITFIELDS, 30);
  into.writeUInt32LE(pixels, 34);
  into.writeUInt32LE(RED, 54);
  into.writeUInt32LE(GREEN, 58);
  into.writeUInt32LE(BLUE, 62);
  into.writeUInt32LE(hasAlpha ? ALPHA : 0, 66);
  into.writeUInt32LE(SRGB, 70);
}
