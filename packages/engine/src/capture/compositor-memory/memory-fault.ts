/** Frames cannot be had from the compositor's memory of this browser. The message says why, as the end of a sentence. */
export class MemoryFault extends Error {
  override readonly name = "MemoryFault";
}

/** Of a picture that is not what the browser shows; `frame` is undefined for a page that has just been loaded. */
export function wrongPicture(frame: number | undefined): MemoryFault {
  const what = frame === undefined ? "the page before its first frame" : `frame ${frame}`;
  return new MemoryFault(`what was read from the compositor's memory was not the picture of ${what}`);
}
