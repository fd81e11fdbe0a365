import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";

import { ProblemError } from "@framewright/contract";

import { hasCode } from "../scratch/has-code.ts";
import { isBelow } from "./is-below.ts";

/**
 * The real path of a requested project folder, absolute or relative to the configured root, and always below it.
 * Throws `project-dir-not-allowed` or `project-dir-not-found`; a path outside the root is refused unread.
 */
export async function resolveProjectDir(
  projectsRoot: string | undefined,
  requested: string,
): Promise<string> {
  if (projectsRoot === undefined) {
    throw new ProblemError("project-dir-not-allowed", "The service takes no folders of its machine.");
  }
  const root = await realOrNull(projectsRoot);
  if (root === null) {
    throw new ProblemError("project-dir-not-found", "The folder of PRODUCER_PROJECTS_ROOT does not exist.");
  }
  const named = resolve(projectsRoot, requested);
  if (named === resolve(projectsRoot) || named === root)
    throw notAllowed("is the projects' root itself, and no folder below it");
  if (!isBelow(resolve(projectsRoot), named) && !isBelow(root, named)) throw notAllowed();
  const real = await realOrNull(named);
  if (real !== null && !isBelow(root, real)) throw notAllowed();
  if (real === null) throw notFound("names no folder below the projects' root");
  if (!(await stat(real)).isDirectory())
    throw notFound("names a file: give its folder, and the file's name as `entryFile`");
  return real;
}

function notFound(why: string): ProblemError {
  return new ProblemError("project-dir-not-found", `\`projectDir\` ${why}.`);
}

function notAllowed(why = "does not lie below the projects' root"): ProblemError {
  return new ProblemError("project-dir-not-allowed", `\`projectDir\` ${why}.`);
}

const NO_SUCH_PATH = ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"];

/** The real path, or null when nothing is there or nothing can be by such a name. */
export async function realOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    if (hasCode(error, ...NO_SUCH_PATH)) return null;
    throw error;
  }
}
