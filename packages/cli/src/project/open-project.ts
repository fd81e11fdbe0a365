import { badInput } from "../failure.ts";
import { listFiles } from "./list-files.ts";
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

/** Packs the project that the command's argument names. Throws CommandError with exit code 2. */
export async function openProject(input: string, options: OpenOptions): Promise<PackedProject> {
  const { dir, entryFile } = await locate(input, options.entry);
  const { files, leftOut } = await listFiles(dir, options.output === undefined ? [] : [options.output]);
  if (!files.some(({ path }) => path === entryFile)) {
    throw badInput(`${input} has no file ${entryFile}.`, "Name the document to render with --entry.");
  }
  const archive = await pack(dir, files, options.scratchDir, options.signal);
  return { entryFile, archive, leftOut };
}
