import { z } from "zod";

interface PublicOutput {
  /** Of file names, without a dot. */
  readonly extension: string;
  readonly contentType: string;
}

/** What a render can be asked for, by the name of its format. */
export const OUTPUTS = {
  mp4: { extension: "mp4", contentType: "video/mp4" },
} as const satisfies Record<string, PublicOutput>;

export type Format = keyof typeof OUTPUTS;
// The keys of an object are known to be its own here.
const FORMATS = Object.keys(OUTPUTS) as [Format, ...Format[]];

export const FormatSchema = z.enum(FORMATS);
