import type { Verdict } from "@framewright/contract";

import { ffmpegFailure } from "../encode/ffmpeg-failure.ts";
import type { Expectation } from "../outputs/record.ts";
import { recordOf } from "../outputs/records.ts";
import { RunError } from "../run-for-output.ts";
import { inspectFile, type VerifyOptions } from "./inspect-file.ts";

/**
 * Checks a finished file against its plan. A failed check is in the verdict.
 * @throws ProblemError `encode-failed` when the file cannot be read
 */
export async function verify(file: string, expected: Expectation, options: VerifyOptions): Promise<Verdict> {
  try {
    const checks = await recordOf(expected.output).check(inspectFile(file, options), expected);
    return { passed: checks.every(({ passed }) => passed), checks };
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof RunError)) throw error;
    throw ffmpegFailure(error.message, "The video could not be read.", { cause: error });
  }
}
