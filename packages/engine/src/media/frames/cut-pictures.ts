import type { Readable } from "node:stream";

import { BMP_HEADER_BYTES, writeBmpHeader } from "./bmp.ts";
import { formOf } from "./decode-arguments.ts";
import type { VideoFacts } from "./video-facts.ts";

/** Puts a header before so many bytes each. */
async function* cutPixels(bytes: Readable, { width, height, hasAlpha }: VideoFacts): AsyncGenerator<Buffer> {
  const size = BMP_HEADER_BYTES + width * height * 4;
  const begin = (): Buffer => {
    const picture = Buffer.allocUnsafeSlow(size);
    writeBmpHeader(picture, width, height, hasAlpha);
    return picture;
  };
  let picture = begin();
  let filled = BMP_HEADER_BYTES;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    for (let taken = 0; taken < chunk.length;) {
      const copied = chunk.copy(picture, filled, taken);
      taken += copied;
      filled += copied;
      if (filled < size) continue;
      yield picture;
      picture = begin();
      filled = BMP_HEADER_BYTES;
    }
  }
}

const MARKER = 0xff;
const END = 0xd9;
const END_OF_IMAGE = Buffer.from([MARKER, END]);

/** A JPEG ends with a marker that is nowhere else in it: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1.1 */
async function* cutJpegs(bytes: Readable): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    let from = 0;
    // The marker may lie in two chunks.
    if (parts.at(-1)?.at(-1) === MARKER && chunk[0] === END) {
      yield Buffer.concat([...parts, chunk.subarray(0, 1)]);
      parts = [];
      from = 1;
    }
    for (let at = chunk.indexOf(END_OF_IMAGE, from); at >= 0; at = chunk.indexOf(END_OF_IMAGE, from)) {
      const end = at + END_OF_IMAGE.length;
      yield Buffer.concat([...parts, chunk.subarray(from, end)]);
      parts = [];
      from = end;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
}

/** Cuts a decoder's bytes into pictures. */
export function cutPictures(bytes: Readable, video: VideoFacts): AsyncGenerator<Buffer> {
  return formOf(video) === "bmp" ? cutPixels(bytes, video) : cutJpegs(bytes);
}
