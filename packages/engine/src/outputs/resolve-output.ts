import type { Format, Quality } from "@framewright/contract";

import type { Output } from "./record.ts";
import { recordOf } from "./records.ts";

export interface WantedOutput {
  readonly format?: Format | undefined;
  readonly quality: Quality;
}

/** Fills in what a request does not say of its output. */
export function resolveOutput({ format = "mp4", quality }: WantedOutput): Output {
  return { format, crf: recordOf({ format }).crf[quality] };
}
