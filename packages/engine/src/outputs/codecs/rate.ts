import type { Output } from "../record.ts";

/** How large a stream becomes: by a constant quality, or by bits a second. */
export function rateArguments({ crf, bitsPerSecond }: Output): string[] {
  if (bitsPerSecond === null) return ["-crf", String(crf)];
  return ["-b:v", bitsPerSecond, "-maxrate", 2 * bitsPerSecond, "-bufsize", 2 * bitsPerSecond].map(String);
}
