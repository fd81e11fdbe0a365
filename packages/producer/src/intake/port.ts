import type { Snapshot } from "../renders/port.ts";

/** A folder for files on their way. */
export interface Scratch {
  /** Absolute path. */
  readonly dir: string;
  /** Removes the folder. Idempotent. */
  discard(): Promise<void>;
}

/** How the files of a request become a snapshot. Every method throws ProblemError, and then leaves nothing behind. */
export interface Intake {
  openScratch(): Promise<Scratch>;
  fromHtml(html: string, signal: AbortSignal): Promise<Snapshot>;
  /** Refuses what is not below the projects' root. */
  fromDirectory(projectDir: string, entryFile: string, signal: AbortSignal): Promise<Snapshot>;
  /** The archive stays the caller's to remove. */
  fromArchive(archivePath: string, entryFile: string, signal: AbortSignal): Promise<Snapshot>;
}
