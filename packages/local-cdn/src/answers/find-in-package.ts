import { transform } from "esbuild";

import { LibraryFault } from "../library-fault.ts";
import {
  findFile,
  listFiles,
  type PackageFiles,
  readBounded,
  readManifest,
} from "../packages/package-files.ts";
import type { FileRequest } from "../urls/library-request.ts";
import type { Made } from "./served-file.ts";

/** Where packages keep what is built for pages, the best first. */
const BUILT_IN = ["dist/", "build/", "umd/", "lib/", "min/", "es5/", "src/"];

/**
 * The file of a package that a URL means, with what a CDN adds: the package's own file where none is named, endings
 * that were left out, and minified forms that the package does not have.
 * @throws LibraryFault `library-unknown-file`
 */
export async function fileOf(files: PackageFiles, request: FileRequest): Promise<Made> {
  const path = request.path === "" ? await ownFile(files, request.mainFields) : request.path;
  const found = await lookFor(files, path, request.isLoose);
  if (found !== null) return readMade(files, found);
  const plain = path.replace(/\.min(?=\.(?:js|css)$)/, "");
  const source = plain === path ? null : await lookFor(files, plain, request.isLoose);
  if (source !== null) return minified(await readMade(files, source));
  const { name, version } = files;
  throw new LibraryFault(
    "library-unknown-file",
    `The package ${name}@${version} has no file ${path}.`,
    `Correct the path in the URL: the files of the package are listed at https://www.npmjs.com/package/${name}/v/${version}?activeTab=code.`,
  );
}

async function readMade(files: PackageFiles, path: string): Promise<Made> {
  const real = await findFile(files, path);
  const bytes = await readBounded(real ?? path, `${files.name}@${files.version}/${path}`);
  return { bytes, filename: path, packages: [files] };
}

async function minified({ bytes, filename, packages }: Made): Promise<Made> {
  const loader = filename.endsWith(".css") ? "css" : "js";
  const { code } = await transform(bytes.toString("utf8"), { loader, minify: true, legalComments: "none" });
  return { bytes: Buffer.from(code), filename, packages };
}

/** The path below the package that a URL's path leads to. */
async function lookFor(files: PackageFiles, path: string, isLoose: boolean): Promise<string | null> {
  const clean = path.replace(/^\.?\/+/, "").replace(/\/+$/, "");
  for (const candidate of [clean, `${clean}.js`, `${clean}/index.js`])
    if ((await findFile(files, candidate)) !== null) return candidate;
  return isLoose ? byEnding(await listFiles(files), clean) : null;
}

/** The file whose path ends with another one, in the folder that most likely holds what is built for pages. */
function byEnding(paths: readonly string[], ending: string): string | null {
  const rank = (path: string): number => {
    const at = BUILT_IN.findIndex((folder) => path.startsWith(folder));
    return (at === -1 ? BUILT_IN.length : at) + path.split("/").length * 100;
  };
  return (
    paths
      .filter((path) => path.endsWith(`/${ending}`))
      .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .at(0) ?? null
  );
}

/** The file that a package names as its own for CDNs. */
async function ownFile({ dir }: PackageFiles, fields: readonly string[]): Promise<string> {
  const manifest = await readManifest(dir);
  const named = fields.map((field) => manifest[field]).find((value) => typeof value === "string");
  if (typeof named === "string") return named;
  return exportedFile(manifest["exports"]) ?? "index.js";
}

/** What `exports` has for the package itself. */
function exportedFile(exports: unknown): string | null {
  if (typeof exports === "string") return exports;
  if (typeof exports !== "object" || exports === null) return null;
  for (const key of [".", "browser", "default", "import", "require"]) {
    const found = key in exports ? exportedFile(Reflect.get(exports, key)) : null;
    if (found !== null) return found;
  }
  return null;
}
