import { ProblemError } from "@framewright/contract";

import type { Page } from "../browser/page.ts";
import type { MediaElement } from "../page-protocol.ts";

/** The sound and video of a page. */
export interface MediaOfPage {
  readonly elements: readonly MediaElement[];
  /** Whether scripts may change how loud they are while the video runs. */
  readonly mayVolumesChange: boolean;
}

function isMedia(value: unknown): value is MediaOfPage {
  return typeof value === "object" && value !== null && "elements" in value && Array.isArray(value.elements);
}

const READ =
  "({ elements: __framewright.mediaElements(), mayVolumesChange: __framewright.mayVolumesChange() })";

/** The sound and video elements of a page, as they are now. */
export async function readMedia(page: Page, deadline: number): Promise<MediaOfPage> {
  const found = await page.evaluate(READ, deadline);
  if (isMedia(found)) return found;
  throw new ProblemError("page-script-failed", "A script of the composition replaced the page runtime.");
}
