import { ProblemError } from "@framewright/contract";

import type { Page } from "../browser/page.ts";
import type { MediaElement } from "../page-protocol.ts";

function isMedia(value: unknown): value is MediaElement[] {
  return (
    Array.isArray(value) && value.every((each) => typeof each === "object" && each !== null && "kind" in each)
  );
}

/** The sound and video elements of a page, as they are now. */
export async function readMedia(page: Page, deadline: number): Promise<readonly MediaElement[]> {
  const found = await page.evaluate("__framewright.mediaElements()", deadline);
  if (isMedia(found)) return found;
  throw new ProblemError("page-script-failed", "A script of the composition replaced the page runtime.");
}
