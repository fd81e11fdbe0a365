import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { ProblemError } from "@framewright/contract";
import { asDiskFull } from "@framewright/engine";

import type { Snapshot } from "../renders/port.ts";
import { hasCode } from "../scratch/has-code.ts";
import { hashTree } from "./hash-tree.ts";

/**
 * Makes a snapshot of what `fill` puts into `dir`; `fill` returns the folder that is the project's root.
 * When anything fails or the signal aborts, `dir` is removed before this throws.
 */
export async function takeSnapshot(
  source: Snapshot["source"],
  dir: string,
  fill: () => Promise<string>,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const discard = (): Promise<void> => rm(dir, { recursive: true, force: true, maxRetries: 3 });
  try {
    signal?.throwIfAborted();
    await mkdir(dir, { recursive: true });
    const root = await fill();
    const tree = await hashTree(root, signal);
    return { source, dir: root, ...tree, discard };
  } catch (error) {
    // What cannot be removed now goes with the scratch folder; the first failure is the one to report.
    await discard().catch(() => undefined);
    signal?.throwIfAborted();
    throw asDiskFull(error);
  }
}

/** A snapshot of one HTML document, as index.html. */
export function snapshotHtml(html: string, dir: string): Promise<Snapshot> {
  return takeSnapshot("html", dir, async () => {
    await writeFile(join(dir, "index.html"), html);
    return dir;
  });
}

/** A snapshot of text files by their paths. Throws ProblemError `invalid-request` where one path is another's folder. */
export function snapshotFiles(
  files: Readonly<Record<string, string>>,
  dir: string,
  signal: AbortSignal,
): Promise<Snapshot> {
  const write = async ([path, text]: [string, string]): Promise<void> => {
    const file = join(dir, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    } catch (error) {
      if (!["EEXIST", "ENOTDIR", "EISDIR", "ENAMETOOLONG"].some((code) => hasCode(error, code))) throw error;
      throw new ProblemError("invalid-request", "files: a path cannot be that of a file", { cause: error });
    }
  };
  return takeSnapshot(
    "html",
    dir,
    async () => {
      for (const entry of Object.entries(files)) await write(entry);
      return dir;
    },
    signal,
  );
}
