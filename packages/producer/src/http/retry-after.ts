import { asProblemError, PROBLEMS } from "@framewright/contract";

/** When a refused request is worth repeating, in seconds, by status; an error's own header goes first. */
const RETRY_AFTER_SECONDS: Readonly<Record<number, number>> = {
  // A worker that does not start is tried again every 30 s at least; memory and drains take as long.
  503: 15,
  // Somebody has to free space, or artifacts have to expire.
  507: 60,
};

/** The headers that an error is answered with. */
export function problemHeaders(error: unknown): Record<string, string> {
  const { code, headers } = asProblemError(error);
  const { status, retryable } = PROBLEMS[code];
  const seconds = retryable ? RETRY_AFTER_SECONDS[status] : undefined;
  return { ...(seconds !== undefined && { "Retry-After": String(seconds) }), ...headers };
}
