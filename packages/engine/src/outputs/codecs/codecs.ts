import type { Codec } from "@framewright/contract";

import type { Output } from "../record.ts";
import { av1 } from "./av1.ts";
import type { CodecRecord } from "./codec-record.ts";
import { h264 } from "./h264.ts";
import { h265 } from "./h265.ts";
import { prores422hq, prores4444 } from "./prores.ts";
import { vp9 } from "./vp9.ts";

const RECORDS: Readonly<Record<Codec, CodecRecord>> = {
  h264,
  h265,
  av1,
  vp9,
  "prores-4444": prores4444,
  "prores-422-hq": prores422hq,
};

/** Of an output whose format lets a codec be chosen. */
export function codecOf({ codec }: Pick<Output, "codec">): CodecRecord {
  if (codec === null) throw new Error("The format has no codec to choose.");
  return RECORDS[codec];
}
