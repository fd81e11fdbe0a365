import { ProblemError } from "@framewright/contract";

export interface SnapshotLimits {
  /** Bytes of all files together. */
  readonly maxBytes: number;
  /** Files and folders together. */
  readonly maxFiles: number;
}

/** Counts what a project really holds while it is copied or unpacked, and stops it at the limits. */
export interface Budget {
  /** Throws `code` when this is one file or folder too many. */
  addEntry(): void;
  /** Throws `code` when these bytes are too many. */
  addBytes(bytes: number): void;
}

type TooLarge = "archive-too-large" | "project-too-large";

/** More files and folders than `limits` allow. */
export function tooManyFiles({ maxFiles }: SnapshotLimits, code: TooLarge): ProblemError {
  const limit = maxFiles.toLocaleString("en");
  const detail = `The project has more than ${limit} files and folders (PRODUCER_MAX_PROJECT_FILES).`;
  return new ProblemError(code, detail);
}

/** A budget that throws `code`; an archive of `archiveBytes` may not unpack to absurdly more than that. */
export function openBudget(
  limits: SnapshotLimits,
  code: TooLarge,
  archiveBytes = Number.POSITIVE_INFINITY,
): Budget {
  const expandedMaxBytes = Math.max(EXPANDED_FLOOR_BYTES, archiveBytes * MAX_EXPANSION);
  let entries = 0;
  let total = 0;
  return {
    addEntry() {
      entries += 1;
      if (entries > limits.maxFiles) throw tooManyFiles(limits, code);
    },
    addBytes(bytes) {
      total += bytes;
      if (total > limits.maxBytes) {
        const limit = limits.maxBytes.toLocaleString("en");
        throw new ProblemError(
          code,
          `The project's files exceed ${limit} bytes (PRODUCER_MAX_PROJECT_BYTES).`,
        );
      }
      if (total > expandedMaxBytes) {
        const detail = `The archive unpacks to more than ${MAX_EXPANSION} times its size. Upload the project's files in a less compressed form.`;
        throw new ProblemError(code, detail);
      }
    },
  };
}

/** Deflate reaches 1032:1 on nothing but repetition; whole projects of real files stay below 50:1. */
const MAX_EXPANSION = 100;
/** Below this an expansion is harmless, and a short silent sound file may reach it. */
const EXPANDED_FLOOR_BYTES = 128 * 1024 * 1024;
