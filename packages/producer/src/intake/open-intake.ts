import type { Snapshot } from "../renders/port.ts";
import type { Scratch } from "../scratch/scratch.ts";
import type { SnapshotLimits } from "../snapshot/budget.ts";
import { detectArchive } from "../snapshot/detect-archive.ts";
import { requireEntryFile } from "../snapshot/entry-file.ts";
import { resolveProjectDir } from "../snapshot/project-dir.ts";
import { snapshotArchive } from "../snapshot/snapshot-archive.ts";
import { snapshotDirectory } from "../snapshot/snapshot-directory.ts";
import { snapshotHtml } from "../snapshot/take-snapshot.ts";
import type { Intake } from "./port.ts";

export interface IntakeOptions {
  readonly scratch: Scratch;
  /** The only folder below which a project directory may lie. */
  readonly projectsRoot: string | undefined;
  readonly limits: SnapshotLimits;
}

async function withEntryFile(snapshot: Snapshot, entryFile: string): Promise<Snapshot> {
  try {
    await requireEntryFile(snapshot, entryFile);
    return snapshot;
  } catch (error) {
    await snapshot.discard();
    throw error;
  }
}

/** Takes snapshots into scratch folders, within the limits of a project. */
export function openIntake({ scratch, projectsRoot, limits }: IntakeOptions): Intake {
  const folder = async () => (await scratch.create("snapshot")).dir;
  return {
    openScratch: () => scratch.create("upload"),
    async fromHtml(html, signal) {
      signal.throwIfAborted();
      return snapshotHtml(html, await folder());
    },
    async fromDirectory(projectDir, entryFile, signal) {
      const source = await resolveProjectDir(projectsRoot, projectDir);
      return withEntryFile(await snapshotDirectory(source, await folder(), limits, signal), entryFile);
    },
    async fromArchive(archivePath, entryFile, signal) {
      const kind = await detectArchive(archivePath);
      return withEntryFile(
        await snapshotArchive(archivePath, kind, await folder(), limits, signal),
        entryFile,
      );
    },
  };
}
