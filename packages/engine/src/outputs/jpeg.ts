import type { Quality } from "@framewright/contract";

import { still } from "./still.ts";

/** ffmpeg's scale of JPEG: lower is better. */
const SCALES: Readonly<Record<Quality, number>> = { draft: 6, standard: 3, high: 1 };

/** Colours are kept for every pixel, so that the edges of text are not smeared. */
export const jpeg = still({
  id: "jpeg",
  extension: "jpg",
  contentType: "image/jpeg",
  codec: "mjpeg",
  pixelFormat: () => "yuvj444p",
  arguments: ({ videoWidth, videoHeight, quality }) => [
    ...["-vf", `scale=${videoWidth}:${videoHeight}:out_color_matrix=bt601:out_range=pc,format=yuvj444p`],
    ...["-q:v", String(SCALES[quality]), "-qmin", "1"],
  ],
});
