import { statfs } from "node:fs/promises";

import { isProblemError, type ProblemCode, ProblemError } from "@framewright/contract";

const NO_ROOM = new Set(["ENOSPC", "EDQUOT"]);

/** Turns a failure for lack of disk space into the problem `disk-full`; anything else is returned as it is. */
export function asDiskFull(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string" || !NO_ROOM.has(code)) return error;
  return new ProblemError("disk-full", "The service ran out of disk space.", { cause: error });
}

/** How a program ends that cannot write, and does not say so. */
const MAY_BE_DISK_FULL: ReadonlySet<ProblemCode> = new Set([
  "browser-failed",
  "encode-failed",
  "page-crashed",
  "page-load-failed",
  "worker-lost",
]);
/** A browser takes more than this at once, for its shared memory: less is as good as nothing. */
const NEARLY_FULL_BYTES = 256 * 1024;

async function isFull(dir: string): Promise<boolean> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(dir);
    return bavail * bsize < NEARLY_FULL_BYTES || (files > 0 && ffree === 0);
  } catch {
    // What cannot be asked has another fault than being full.
    return false;
  }
}

/**
 * The same for what failed while it worked in `dir`: where (nearly) nothing is free there, that is the reason.
 * Ask before anything is removed.
 */
export async function orDiskFull(error: unknown, dir: string): Promise<unknown> {
  const problem = asDiskFull(error);
  if (!isProblemError(problem) || !MAY_BE_DISK_FULL.has(problem.code) || !(await isFull(dir))) return problem;
  return new ProblemError("disk-full", "The disk filled up while the composition was rendered.", {
    cause: problem,
  });
}
