import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";

import type { LibrarySource } from "@framewright/contract";
import { z } from "zod";

import { LibraryFault } from "../library-fault.ts";

/** A package of a version, in a folder. */
export interface PackageFiles {
  readonly name: string;
  readonly version: string;
  /** Real path of its folder. */
  readonly dir: string;
  /** A folder from which `specifier` leads to the package, as an import does. */
  readonly importFrom: string;
  readonly specifier: string;
  readonly from: LibrarySource;
}

const MANIFEST = z.looseObject({
  name: z.string(),
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).optional(),
  peerDependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});

/** What a package says of itself. */
export type Manifest = z.infer<typeof MANIFEST>;

/** Larger ones are no scripts, styles or fonts. */
const MAX_FILE_BYTES = 64 * 2 ** 20;

export async function readManifest(dir: string): Promise<Manifest> {
  return MANIFEST.parse(JSON.parse(await readFile(join(dir, "package.json"), "utf8")));
}

/** A package in `<parent>/node_modules/<folder>`; null where there is none that can be read. */
export async function packageAt(
  parent: string,
  folder: string,
  from: LibrarySource,
): Promise<PackageFiles | null> {
  try {
    const dir = await realpath(join(parent, "node_modules", folder));
    const { name, version } = await readManifest(dir);
    return { name, version, dir, importFrom: parent, specifier: folder, from };
  } catch {
    // No package, whatever it is instead: it is looked for elsewhere.
    return null;
  }
}

/** The real path of a package's file; null for what is not there, is no file, or lies outside. */
export async function findFile({ dir }: PackageFiles, path: string): Promise<string | null> {
  if (path === "" || path.includes("\0")) return null;
  try {
    const real = await realpath(join(dir, path));
    return real.startsWith(dir + sep) && (await stat(real)).isFile() ? real : null;
  } catch {
    return null;
  }
}

/** The bytes of a file that `findFile` found. @throws LibraryFault `library-too-large` */
export async function readBounded(file: string, what: string): Promise<Buffer> {
  const { size } = await stat(file);
  if (size <= MAX_FILE_BYTES) return readFile(file);
  const message = `${what} has ${size} bytes; at most ${MAX_FILE_BYTES} are served.`;
  throw new LibraryFault("library-too-large", message, "Ship the file with the project.");
}

/** The paths of all files of a package, relative to it. */
export async function listFiles({ dir }: PackageFiles): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(dir.length + 1)
        .split(sep)
        .join("/"),
    )
    .filter((path) => !path.startsWith("node_modules/"));
}
