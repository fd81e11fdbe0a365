import { CODECS, type OutputOptions, outputOf, parseBitrate, type Quality } from "@framewright/contract";

import type { Output } from "./record.ts";
import { recordOf } from "./records.ts";

/** Fills in what a request does not say of its output. */
export function resolveOutput(options: OutputOptions & { readonly quality: Quality }): Output {
  const { format = "mp4", quality, videoBitrate } = options;
  const { codecs, alpha = false, loops = false } = outputOf(format);
  const codec = options.codec ?? codecs[0] ?? null;
  const canHoldAlpha = codec === null ? alpha : CODECS[codec].alpha;
  const bitsPerSecond = videoBitrate === undefined ? null : parseBitrate(videoBitrate);
  const crf = options.crf ?? recordOf({ format }).crf(codec, quality);
  return {
    format,
    codec,
    transparent: canHoldAlpha && options.transparent !== false,
    crf: bitsPerSecond === null ? crf : null,
    bitsPerSecond,
    loop: loops ? (options.loop ?? 0) : null,
  };
}
