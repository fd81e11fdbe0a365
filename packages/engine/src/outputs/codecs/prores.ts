import type { EncodedPicture } from "../record.ts";
import type { CodecRecord } from "./codec-record.ts";
import { limitedRange } from "./limited-range.ts";

function proresArguments(picture: EncodedPicture, profile: string, pixelFormat: string): string[] {
  const { filter, tags } = limitedRange(picture);
  return [
    ...["-vf", `${filter},format=${pixelFormat}`],
    ...["-c:v", "prores_ks", "-profile:v", profile, "-vendor", "apl0", "-threads", "2"],
    ...tags,
  ];
}

/** ProRes 4444 always has room for transparency; where none is wanted, it is not written. */
export const prores4444: CodecRecord = {
  encoder: "prores_ks",
  name: "prores",
  pixelFormats: (isTransparent) =>
    isTransparent ? ["yuva444p12le", "yuva444p10le"] : ["yuv444p12le", "yuv444p10le"],
  crf: null,
  isExact: true,
  arguments: (picture) =>
    picture.output.transparent
      ? [...proresArguments(picture, "4444", "yuva444p10le"), "-alpha_bits", "16"]
      : proresArguments(picture, "4444", "yuv444p10le"),
};

export const prores422hq: CodecRecord = {
  encoder: "prores_ks",
  name: "prores",
  pixelFormats: () => ["yuv422p10le"],
  crf: null,
  isExact: true,
  arguments: (picture) => proresArguments(picture, "hq", "yuv422p10le"),
};
