import { still } from "./still.ts";

const pixelFormat = (isTransparent: boolean): string => (isTransparent ? "rgba" : "rgb24");

export const png = still({
  id: "png",
  extension: "png",
  contentType: "image/png",
  codec: "png",
  pixelFormat,
  arguments: ({ videoWidth, videoHeight, output }) => [
    "-vf",
    `scale=${videoWidth}:${videoHeight},format=${pixelFormat(output.transparent)}`,
  ],
});
