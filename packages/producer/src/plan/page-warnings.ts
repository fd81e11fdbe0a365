import type { Warning } from "@framewright/contract";
import type { PageNews } from "@framewright/engine";
import type { LibraryReport } from "@framewright/local-cdn";

import type { RefusedRequest } from "../files/egress-record.ts";
import { fontWarnings } from "./font-warnings.ts";
import { libraryWarnings, withoutLibraries } from "./library-warnings.ts";
import { requestWarnings } from "./request-warnings.ts";

/** What a page's scripts and requests did that may show in the result; its scripts first, for requests are many. */
export function pageWarnings(
  { uncaught, workers, failedRequests, animatedDrawings = [], fonts }: PageNews,
  refused: readonly RefusedRequest[],
  libraries: LibraryReport,
): Warning[] {
  return [
    ...uncaught.map(({ text, frames }): Warning => ({
      code: "page-error",
      message: `A script of the page threw: ${text}`,
      remedy: "Correct the script; what it should have drawn may be missing.",
      ...(frames && { frames }),
    })),
    ...workers.map(({ url, frames }): Warning => ({
      code: "worker-clock",
      message: `The page runs the worker ${url}, whose clock is the real one.`,
      remedy:
        "Move what depends on time out of the worker, or send it the time; the video may differ from run to run.",
      ...(frames && { frames }),
    })),
    ...animatedDrawings.map(({ url, frames }): Warning => ({
      code: "svg-image-animated",
      message: `The SVG image ${url} moves by itself. An image does so by the machine's time, not by the composition's.`,
      remedy: "Put the SVG into the page itself, or show it by <object> or <iframe>.",
      ...(frames && { frames }),
    })),
    ...fontWarnings(fonts),
    ...libraryWarnings(libraries),
    ...requestWarnings(withoutLibraries(failedRequests, libraries), refused),
  ];
}
