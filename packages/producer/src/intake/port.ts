import type { Snapshot } from "../renders/port.ts";
import type { ScratchFolder } from "../scratch/scratch.ts";

/** How the files of a request become a snapshot. Every method throws ProblemError, and then leaves nothing behind. */
export interface Intake {
  /** A folder for files on their way. */
  openScratch(): Promise<ScratchFolder>;
  fromHtml(html: string, signal: AbortSignal): Promise<Snapshot>;
  /** Text files by their paths, which are relative and stay inside. */
  fromFiles(
    files: Readonly<Record<string, string>>,
    entryFile: string,
    signal: AbortSignal,
  ): Promise<Snapshot>;
  /** Refuses what is not below the projects' root. */
  fromDirectory(projectDir: string, entryFile: string, signal: AbortSignal): Promise<Snapshot>;
  /** The archive stays the caller's to remove. */
  fromArchive(archivePath: string, entryFile: string, signal: AbortSignal): Promise<Snapshot>;
}
