import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import type { Snapshot } from "../renders/port.ts";
import { openBudget, type SnapshotLimits } from "./budget.ts";
import type { ArchiveKind } from "./detect-archive.ts";
import { readTar } from "./read-tar.ts";
import { readZip } from "./read-zip.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import { unpack } from "./unpack.ts";

/**
 * Unpacks an archive into `dir`. The limits count what is really unpacked; the archive itself stays where it is.
 * Throws `archive-invalid`, `archive-unsafe`, `archive-too-large`, `disk-full`, or the signal's reason.
 */
export function snapshotArchive(
  file: string,
  kind: ArchiveKind,
  dir: string,
  limits: SnapshotLimits,
  signal: AbortSignal,
): Promise<Snapshot> {
  const fill = async (): Promise<string> => {
    const { size } = await stat(file);
    const parts = (kind === "zip" ? readZip : readTar)(file, limits, signal);
    await unpack(parts, dir, openBudget(limits, "archive-too-large", size), signal);
    return findRoot(dir);
  };
  return takeSnapshot("archive", dir, fill, signal);
}

/** The project's root: the one folder that holds everything, where there is one and no index.html beside it. */
async function findRoot(dir: string): Promise<string> {
  const entries = (await readdir(dir, { withFileTypes: true })).filter((entry) => entry.name !== ".DS_Store");
  const [only] = entries;
  return entries.length === 1 && only?.isDirectory() ? join(dir, only.name) : dir;
}
