import type { Warning } from "@framewright/contract";
import type { Inspection, PictureFacts } from "@framewright/engine";

import { pageWarnings } from "../../plan/page-warnings.ts";
import type { ChunkResult } from "../../work/jobs.ts";

/** What a chunk has to tell besides its frames; kept with its file, for every render that takes it. */
export interface ChunkFindings {
  readonly warnings: readonly Warning[];
  readonly picture: PictureFacts;
  readonly inspection: Omit<Inspection, "told">;
}

export function findingsOf({ news, refused, libraries, inspection, picture }: ChunkResult): ChunkFindings {
  const { told, ...rest } = inspection;
  return { warnings: [...pageWarnings(news, refused, libraries), ...told], picture, inspection: rest };
}
