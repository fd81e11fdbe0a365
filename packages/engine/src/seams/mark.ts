import { pngPixels } from "../capture/compositor-memory/png-pixels.ts";
import type { FrameForm } from "../capture/port.ts";
import { nameOf } from "../findings/picture-facts.ts";
import type { Picture, PictureMark } from "../tasks.ts";
import { shapeOf } from "./shape.ts";

type Size = Pick<Picture, "videoWidth" | "videoHeight">;

/** Marks a frame's picture. */
export function markOf(
  { codec }: FrameForm,
  bytes: Buffer,
  { videoWidth: width, videoHeight: height }: Size,
): PictureMark {
  const pixels = codec === "png" ? pngPixels(bytes, { width, height }) : bytes;
  const isKnown = codec !== "mjpeg" && pixels !== null;
  return { name: nameOf(pixels ?? bytes), shape: isKnown ? shapeOf(pixels, width, height) : null };
}
