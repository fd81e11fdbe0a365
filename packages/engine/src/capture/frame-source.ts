import type { Quality } from "@framewright/contract";

export interface ImageFormat {
  readonly codec: "mjpeg" | "png";
  /** 0 to 100, for JPEG. */
  readonly quality: number;
}

/** How frames leave the browser. The lossless format costs half as much time again. */
export const IMAGE_FORMATS: Readonly<Record<Quality, ImageFormat>> = {
  draft: { codec: "mjpeg", quality: 80 },
  standard: { codec: "mjpeg", quality: 95 },
  high: { codec: "png", quality: 100 },
};

/** Takes pictures of a page that stands still at its frame's time. */
export interface FrameSource {
  /** Lets layout, observers and image decoding run without taking a picture: while loading, or while a frame waits. */
  settle(deadline: number, frame?: number): Promise<void>;
  /** The same at a frame's own time: observers, scrolling and events go on as if it had been drawn. */
  step(frame: number, deadline: number): Promise<void>;
  /** Of a frame, or of what the page shows while it loads. @throws ProblemError `frame-timeout` */
  capture(frame: number | undefined, image: ImageFormat, deadline: number): Promise<Buffer>;
}
