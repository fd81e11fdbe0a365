import { S3ServiceException } from "@aws-sdk/client-s3";
import { isProblemError, type ProblemError } from "@framewright/contract";

import { asStoreFault, storeUnavailable } from "./store-faults.ts";

/** Refusals that may end by themselves: a slow server, too many requests, a conflict of writers, a clock that is corrected. */
const PASSING_STATUS = new Set([408, 409, 425, 429]);
const PASSING_NAMES = new Set(["RequestTimeout", "RequestTimeTooSkewed", "SlowDown", "Throttling"]);

/** Marks a failure of our own side, such as a full disk, in the midst of a request that did not fail itself. */
export class LocalFault extends Error {
  override readonly name = "LocalFault";
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** Whether the same request may succeed a moment later. What was answered wrongly, or not at all, may. */
export function mayPass(error: unknown): boolean {
  if (error instanceof LocalFault || error instanceof TypeError || isProblemError(error)) return false;
  const status = statusOf(error);
  if (status === undefined || status < 300) return true;
  if (PASSING_STATUS.has(status) || (error instanceof Error && PASSING_NAMES.has(error.name))) return true;
  return status >= 500 && status !== 501;
}

/** Whether the server knows of no such object, or of no such upload. */
export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && nameOf(error) !== "NoSuchBucket";
}

/** Whether the server refused because of what is there already: somebody was first, perhaps we ourselves. */
export function isTaken(error: unknown): boolean {
  return statusOf(error) === 412 || nameOf(error) === "NoSuchUpload";
}

export function isNotImplemented(error: unknown): boolean {
  return statusOf(error) === 501;
}

/** What a failure comes to; what the server said stays in the log, but for its code. */
export function asS3Fault(error: unknown): unknown {
  const status = statusOf(error);
  if (status === undefined) return asStoreFault(error);
  // An answer to HEAD has no body, and so no more than its status.
  return storeUnavailable(`refused the request (${nameOf(error)}, status ${status})`, error);
}

export function failing(error: unknown): ProblemError {
  return storeUnavailable(`keeps failing (${nameOf(error)})`, error);
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error instanceof S3ServiceException) return error.name;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
