import type { Warning } from "@framewright/contract";
import type { FailedRequest } from "@framewright/engine";
import type { LibraryReport } from "@framewright/local-cdn";

/** The browser's log shortens URLs, and ends them with this. */
const SHORTENED = "…";

/** What there is to say of libraries that a page was not served, or not as it asked. */
export function libraryWarnings({ refused, notes }: LibraryReport): Warning[] {
  const news = refused.filter(({ isKnown }) => !isKnown);
  return [...news, ...notes].map(({ code, message, remedy }) => ({ code, message, remedy }));
}

/** The failed requests of which nothing better is known. */
export function withoutLibraries(
  failed: readonly FailedRequest[],
  { refused }: Pick<LibraryReport, "refused">,
): FailedRequest[] {
  const isRefused = (failedUrl: string): boolean =>
    refused.some(({ url }) =>
      failedUrl.endsWith(SHORTENED) ? url.startsWith(failedUrl.slice(0, -1)) : url === secure(failedUrl),
    );
  return failed.filter(({ url }) => !isRefused(url));
}

const secure = (url: string): string => url.replace(/^http:/, "https:");
