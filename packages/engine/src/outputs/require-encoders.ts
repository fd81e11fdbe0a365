import { ProblemError } from "@framewright/contract";

import type { FfmpegBinaries } from "../encode/find-ffmpeg.ts";
import type { Output } from "./record.ts";
import { recordOf } from "./records.ts";

function missingOf(output: Output, { encoders }: FfmpegBinaries): string[] {
  return recordOf(output)
    .encoders(output)
    .filter((name) => !encoders.includes(name));
}

export function canEncode(output: Output, ffmpeg: FfmpegBinaries): boolean {
  return missingOf(output, ffmpeg).length === 0;
}

/** Refuses an output that the ffmpeg at hand cannot write. @throws ProblemError `format-unavailable` */
export function requireEncoders(output: Output, ffmpeg: FfmpegBinaries): void {
  const missing = missingOf(output, ffmpeg);
  if (missing.length === 0) return;
  const what = output.codec === null ? output.format : `${output.format} with ${output.codec}`;
  throw new ProblemError(
    "format-unavailable",
    `For ${what}, the ${ffmpeg.origin} ffmpeg of this machine lacks ${missing.join(" and ")}.`,
  );
}
