import { stat } from "node:fs/promises";
import { resolve } from "node:path";

import type { Config } from "../config.ts";
import { makeWritable } from "../scratch/make-writable.ts";

async function checkFolder(variable: string, path: string | undefined): Promise<void> {
  if (path === undefined) return;
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new Error(`${variable} names ${path}, which cannot be read (${reason}). Make the folder first.`, {
      cause,
    });
  }
  if (!isFolder) throw new Error(`${variable} names ${path}, which is not a folder.`);
}

/** Throws a plain Error that says what is wrong when a folder that is named is not there, or the data cannot be kept. */
export async function checkFolders({ projectsRoot, outputRoot, dataDir }: Config): Promise<void> {
  await checkFolder("PRODUCER_PROJECTS_ROOT", projectsRoot);
  await checkFolder("PRODUCER_OUTPUT_ROOT", outputRoot);
  await makeWritable(resolve(dataDir, "scratch"), dataDir);
}
