import { ProblemError } from "@framewright/contract";

/** Aborts, with a problem as its reason, when the client of a request has gone. */
export function clientSignal({ signal }: Request): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort(new ProblemError("cancelled", "The client disconnected."));
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return gone.signal;
}
