import { createWriteStream, openAsBlob } from "node:fs";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { Pack } from "tar";

import type { ProjectFile } from "./list-files.ts";

/**
 * Packs a project's files as .tar.gz below `scratchDir` and opens the archive, streamed both ways. The same
 * files give the same bytes: no times, no owners, no links.
 */
export async function pack(
  dir: string,
  files: readonly ProjectFile[],
  scratchDir: string,
  signal: AbortSignal,
): Promise<Blob> {
  const archive = join(scratchDir, "project.tar.gz");
  // Two names of one file would become a link, which the service refuses: each counts as its only name.
  const statCache = new Map(
    files.map(({ path, stats }) => [resolve(dir, path), Object.assign(stats, { nlink: 1 })]),
  );
  const tar = new Pack({
    cwd: dir,
    gzip: { level: 6 },
    portable: true,
    noMtime: true,
    follow: true,
    strict: true,
    statCache,
  });
  for (const { path } of files) tar.write(path);
  tar.end();
  await pipeline(Readable.from(tar), createWriteStream(archive), { signal });
  return await openAsBlob(archive, { type: "application/gzip" });
}
