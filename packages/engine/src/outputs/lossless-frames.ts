import type { ChunkEncoding, EncodedPicture, Output } from "./record.ts";
import { timescaleOf } from "./time-scale.ts";

/** Of PNGs, by ffmpeg's name: what is opaque has no fourth channel. */
export function pngPixels({ transparent }: Output): string {
  return transparent ? "rgba" : "rgb24";
}

/** Frames as PNGs, each with its exact time: for formats that are made of the whole video. */
export function losslessFrames({ fps, videoWidth, videoHeight, output }: EncodedPicture): ChunkEncoding {
  return {
    extension: "mov",
    contentType: "video/quicktime",
    takesPlanes: false,
    arguments: [
      ...["-vf", `scale=${videoWidth}:${videoHeight},format=${pngPixels(output)}`],
      ...["-c:v", "png", "-pred", "sub", "-compression_level", "4", "-threads", "2"],
      ...["-video_track_timescale", String(timescaleOf(fps)), "-f", "mov"],
    ],
  };
}
