import { ProblemError, type ProblemOptions } from "@framewright/contract";

/** What ffmpeg's last words mean: `disk-full` where they say so, else `encode-failed` with the given detail. */
export function ffmpegFailure(lastWords: string, failed: string, options: ProblemOptions): ProblemError {
  return /No space left on device/i.test(lastWords)
    ? new ProblemError("disk-full", "The disk filled up while the video was written.", options)
    : new ProblemError("encode-failed", failed, options);
}
