import { ProblemError } from "@framewright/contract";

export interface ArchiveEntry {
  /** As the archive gives it. */
  readonly name: string;
  /** `other` is a link, a device, or anything else that is neither file nor folder. */
  readonly kind: "file" | "folder" | "other";
}

/** What an archive holds, in order: an entry, then, if it is a file, its content in pieces. */
export type ArchivePart = ArchiveEntry | Buffer;

/** Marks a failure to read as the archive's own; faults of the machine and problems stay what they are. */
export function asArchiveInvalid(error: unknown): unknown {
  if (error instanceof ProblemError || !(error instanceof Error) || "syscall" in error) return error;
  const reason = error.message.slice(0, 200);
  return new ProblemError("archive-invalid", `The archive is incomplete or damaged: ${reason}.`, {
    cause: error,
  });
}
