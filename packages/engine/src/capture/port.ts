import type { PixelMemory } from "../encode/i420/pixel-memory.ts";
import type { ImageFormat } from "./frame-source.ts";

/** How frames are taken from a browser: part of what a chunk is known by. */
export type CaptureId = "compositor-memory" | "begin-frame" | "screenshot";

/** Pixels in two buffers by turns: rows without gaps, of blue, green, red and alpha each. */
export interface RawForm extends Pick<PixelMemory, "toI420"> {
  readonly codec: "rawvideo";
  readonly width: number;
  readonly height: number;
}

/** What a frame's bytes are. */
export type FrameForm = ImageFormat | RawForm;

/** A frame that the browser has drawn. */
export interface DrawnFrame {
  /** Its bytes, to be asked for once, before the next frame is drawn. They are the caller's until the frame after the next is read. */
  read(): Buffer;
}

/** Makes a frame of an open page into bytes for the encoder. */
export interface CaptureBackend {
  readonly form: FrameForm;
  /** Draws the frame that the page stands at. From then on, the page may step to the next one. */
  draw(frame: number, deadline: number): Promise<DrawnFrame>;
}
