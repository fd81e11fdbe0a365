import { isProblemError, ProblemError } from "@framewright/contract";
import { asDiskFull } from "@framewright/engine";

/** No call to a store, however it fails, takes longer than this with all that is tried again. */
export const FAULT_MS = 25_000;

export function storeUnavailable(what: string, cause: unknown): ProblemError {
  return new ProblemError("store-unavailable", `The store of files ${what}.`, { cause });
}

/** A deadline for calls that have no signal of their own: a disk that hangs must hang nobody else. */
export function answerSignal(): AbortSignal {
  const late = new AbortController();
  const abort = (): void => late.abort(storeUnavailable(`did not answer within ${FAULT_MS / 1000} s`, null));
  setTimeout(abort, FAULT_MS).unref();
  return late.signal;
}

/** What a failure of the file system comes to; the local path in its message stays in the log. */
export function asStoreFault(error: unknown): unknown {
  const fault = asDiskFull(error);
  if (isProblemError(fault) || !(fault instanceof Error) || !("syscall" in fault)) return fault;
  return storeUnavailable(`failed (${"code" in fault ? String(fault.code) : fault.name})`, fault);
}

export function lost(cause: unknown): ProblemError {
  return new ProblemError("artifact-corrupt", "A file is no longer in the store, though it should be.", {
    cause,
  });
}

export function expired(cause: unknown): ProblemError {
  return new ProblemError("artifact-expired", "The file is no longer stored.", { cause });
}

/** Throws `artifact-corrupt` unless a file is the one that was put. */
export function checkHash(actual: string, expected: string | undefined): void {
  if (expected === undefined || actual === expected) return;
  const detail = "A file of the store is not the one that was put there: its SHA-256 differs.";
  throw new ProblemError("artifact-corrupt", detail);
}
