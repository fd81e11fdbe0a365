import { badInput, type CommandError } from "../failure.ts";
import type { ProjectFile } from "./list-files.ts";
import { listProject } from "./list-project.ts";
import { locate } from "./locate.ts";
import { pack } from "./pack.ts";

export interface PackedProject {
  readonly entryFile: string;
  readonly archive: Blob;
  /** Links that were left out because they lead out of the project. */
  readonly leftOut: readonly string[];
}

export interface OpenOptions {
  readonly entry: string | undefined;
  /** Absolute path of a file that does not belong to the project though it may lie in it. */
  readonly output?: string;
  readonly scratchDir: string;
  readonly signal: AbortSignal;
}

/** Enough to find the document that was meant. */
const MAX_NAMES = 3;

function noEntry(input: string, entryFile: string, files: readonly ProjectFile[]): CommandError {
  const documents = files.filter(({ path }) => /\.html?$/i.test(path)).slice(0, MAX_NAMES);
  const names = documents.map(({ path }) => path).join(", ");
  const remedy =
    names === ""
      ? "Name a folder that holds an HTML document."
      : "Name the document to render with --entry, or its folder in place of this one.";
  const holds = names === "" ? "It holds no HTML document." : `It holds ${names}.`;
  return badInput(`${input} has no file ${entryFile}. ${holds}`, remedy);
}

/** Packs the project that the command's argument names. Throws CommandError with exit code 2. */
export async function openProject(input: string, options: OpenOptions): Promise<PackedProject> {
  const { dir, entryFile } = await locate(input, options.entry);
  const { files, leftOut } = await listProject(dir, options.output === undefined ? [] : [options.output]);
  if (!files.some(({ path }) => path === entryFile)) throw noEntry(input, entryFile, files);
  const archive = await pack(dir, files, options.scratchDir, options.signal);
  return { entryFile, archive, leftOut };
}
