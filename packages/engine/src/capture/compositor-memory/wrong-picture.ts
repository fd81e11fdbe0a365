/** What was read from the compositor's memory is not what the browser shows. */
export class WrongPicture extends Error {
  override readonly name = "WrongPicture";

  /** @param frame - undefined for a page that has just been loaded */
  constructor(frame: number | undefined) {
    const what = frame === undefined ? "the page before its first frame" : `frame ${frame}`;
    super(`what was read from the compositor's memory was not the picture of ${what}`);
  }
}
