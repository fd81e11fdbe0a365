import { randomUUID } from "node:crypto";
import { lstat, mkdir, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { ProblemError } from "@framewright/contract";
import { asDiskFull } from "@framewright/engine";

import { hasCode } from "../scratch/has-code.ts";
import { isBelow } from "../snapshot/is-below.ts";

const refused = (detail: string, cause?: unknown) =>
  new ProblemError("output-not-allowed", detail, { cause });

/** The real path of a folder, or of its nearest ancestor that exists. */
async function realAncestor(dir: string): Promise<string> {
  try {
    return await realpath(dir);
  } catch (error) {
    if (!hasCode(error, "ENOENT") || dirname(dir) === dir)
      throw refused("The folder of `output` cannot be used.", error);
    return realAncestor(dirname(dir));
  }
}

async function requireBelow(root: string, dir: string): Promise<void> {
  const [realRoot, realDir] = await Promise.all([realAncestor(root), realAncestor(dir)]);
  if (realDir !== realRoot && !isBelow(realRoot, realDir))
    throw refused("`output` leads out of PRODUCER_OUTPUT_ROOT.");
}

/** The absolute path that `output` names, relative to the root. Throws when it is not below the root. */
export async function resolveOutput(output: string, root: string | undefined): Promise<string> {
  if (root === undefined) throw refused("`output` was given, but PRODUCER_OUTPUT_ROOT is not set.");
  if (output.includes("\0") || !output.isWellFormed() || /[/\\]$/.test(output))
    throw refused("`output` is not the path of a file.");
  const path = resolve(root, output);
  if (!isBelow(root, path)) throw refused("`output` is not below PRODUCER_OUTPUT_ROOT.");
  await requireBelow(root, dirname(path));
  await requireFile(path);
  return path;
}

/** Before the render, not after it: what no file can be written to. */
async function requireFile(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isDirectory()) return;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw refused("The path of `output` cannot be used.", error);
  }
  throw refused("`output` is the path of a folder.");
}

/** Has a finished file copied to where `resolveOutput` allowed it; it appears there whole or not at all. */
export async function publishOutput(
  copy: (file: string) => Promise<void>,
  path: string,
  root: string,
): Promise<void> {
  const dir = dirname(path);
  const aside = join(dir, `.${randomUUID()}.part`);
  try {
    await mkdir(dir, { recursive: true });
    await requireBelow(root, dir);
    await copy(aside);
    await rename(aside, path);
  } catch (thrown) {
    const error = asDiskFull(thrown);
    if (error instanceof ProblemError) throw error;
    throw refused("The result could not be written to `output`.", error);
  } finally {
    await rm(aside, { force: true }).catch((error: unknown) => {
      // Where its folder has become a file, it was never made: why is the caller's to hear.
      if (!hasCode(error, "ENOTDIR")) throw error;
    });
  }
}
