import { formatFps, type RenderOptions } from "@framewright/contract";
import { type Output, resolveOutput } from "@framewright/engine";

import { fpsOf } from "./fps-of.ts";

type Decided = "entryFile" | "fps" | "quality" | "format" | "strictVariables" | "allowEmpty";

/** Options with every default filled in: what a stored render means does not change with the service that reads it. */
export type ResolvedOptions = RenderOptions & {
  readonly [Option in Decided]: NonNullable<RenderOptions[Option]>;
} & { readonly output: Output };

/** Options as they are stored; a service of an earlier version stores them as they were sent. */
export type StoredOptions = RenderOptions & Partial<Pick<ResolvedOptions, "output">>;

/** Fills in what is not said, once: what is resolved already stays as it is. */
export function resolveOptions(options: StoredOptions): ResolvedOptions {
  const { format = "mp4", quality = "standard" } = options;
  return {
    ...options,
    format,
    quality,
    entryFile: options.entryFile ?? "index.html",
    fps: formatFps(fpsOf(options.fps)),
    strictVariables: options.strictVariables ?? true,
    allowEmpty: options.allowEmpty ?? false,
    output: { ...resolveOutput({ ...options, format, quality }), ...options.output },
  };
}
