import { join } from "node:path";

import type { Snapshot } from "../renders/port.ts";
import type { Scratch } from "../scratch/scratch.ts";
import type { SnapshotLimits } from "../snapshot/budget.ts";
import { detectArchive } from "../snapshot/detect-archive.ts";
import { requireEntryFile } from "../snapshot/entry-file.ts";
import { resolveProjectDir } from "../snapshot/project-dir.ts";
import { snapshotArchive } from "../snapshot/snapshot-archive.ts";
import { snapshotDirectory } from "../snapshot/snapshot-directory.ts";
import { snapshotFiles, snapshotHtml } from "../snapshot/take-snapshot.ts";
import type { Intake } from "./port.ts";

export interface IntakeOptions {
  readonly scratch: Scratch;
  readonly limits: SnapshotLimits;
  readonly projectsRoot: string | undefined;
}

/** Snapshots in this process's scratch folder, each of which holds its entry file. */
export function openIntake({ scratch, limits, projectsRoot }: IntakeOptions): Intake {
  /** Hands the folder over with the snapshot; without one, nothing is left of it. */
  const take = async (fill: (dir: string) => Promise<Snapshot>, entryFile: string): Promise<Snapshot> => {
    const folder = await scratch.create("snapshot");
    try {
      const snapshot = await fill(join(folder.dir, "files"));
      await requireEntryFile(snapshot, entryFile);
      return { ...snapshot, discard: () => folder.remove() };
    } catch (error) {
      await folder.remove();
      throw error;
    }
  };
  return {
    openScratch: () => scratch.create("upload"),
    fromHtml: (html) => take((dir) => snapshotHtml(html, dir), "index.html"),
    fromFiles: (files, entryFile, signal) => take((dir) => snapshotFiles(files, dir, signal), entryFile),
    fromDirectory: async (projectDir, entryFile, signal) => {
      const source = await resolveProjectDir(projectsRoot, projectDir);
      return take((dir) => snapshotDirectory(source, dir, limits, signal), entryFile);
    },
    fromArchive: async (archivePath, entryFile, signal) => {
      const kind = await detectArchive(archivePath);
      return take((dir) => snapshotArchive(archivePath, kind, dir, limits, signal), entryFile);
    },
  };
}
