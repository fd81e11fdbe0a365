import type { Warning } from "@framewright/contract";

import { pageWarnings } from "../../plan/page-warnings.ts";
import type { ChunkResult } from "../../work/jobs.ts";

/** What a chunk has to tell besides its frames; kept with its file, for every render that takes it. */
export interface ChunkFindings {
  readonly warnings: readonly Warning[];
}

export function findingsOf({ news, refused, libraries }: ChunkResult): ChunkFindings {
  return { warnings: pageWarnings(news, refused, libraries) };
}
