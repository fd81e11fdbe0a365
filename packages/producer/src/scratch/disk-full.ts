import { ProblemError } from "@framewright/contract";

const NO_ROOM = new Set(["ENOSPC", "EDQUOT"]);

/** Turns a failure for lack of disk space into the problem `disk-full`; anything else is returned as it is. */
export function asDiskFull(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string" || !NO_ROOM.has(code)) return error;
  return new ProblemError("disk-full", "The service ran out of disk space.", { cause: error });
}
