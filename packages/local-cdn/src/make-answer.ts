import { fileOf } from "./answers/find-in-package.ts";
import { type FontPackage, readFontPackage, STATIC_SCOPE, VARIABLE_SCOPE } from "./answers/font-package.ts";
import { fontSheetOf } from "./answers/font-sheet.ts";
import { moduleOf } from "./answers/module-answer.ts";
import type { Made } from "./answers/served-file.ts";
import { LibraryFault } from "./library-fault.ts";
import {
  type FoundPackage,
  findPackage,
  type PackageSources,
  resolveVersion,
} from "./packages/find-package.ts";
import { fits } from "./packages/versions.ts";
import type { CombinedRequest, FileRequest, LibraryRequest, PackageSpec } from "./urls/library-request.ts";

/** An answer, and what stands in for what was asked for. */
export interface Answered {
  readonly made: Made;
  readonly standIns: readonly FoundPackage[];
}

export interface Making {
  readonly sources: PackageSources;
  /** Versions of a package that the page has by now, which a dependency gets if they fit. */
  readonly inUse: (name: string) => readonly string[];
}

/** Makes what a URL asks for. @throws LibraryFault */
export async function makeAnswer(request: LibraryRequest, making: Making): Promise<Answered> {
  switch (request.kind) {
    case "unknown":
      throw new LibraryFault("library-unknown-url", "It names no file of a package of npm.", request.remedy);
    case "file":
      return answerFile(request, making);
    case "combined":
      return answerCombined(request, making);
    case "module": {
      const found = await findPackage(request, making.sources);
      const choose = (spec: PackageSpec): Promise<string> => chooseVersion(spec, making);
      return { made: await moduleOf(found.files, request, choose), standIns: [found] };
    }
    case "font-sheet":
      return { made: await fontSheetOf(request, (family) => findFont(family, making)), standIns: [] };
  }
}

async function answerFile(request: FileRequest, { sources }: Making): Promise<Answered> {
  const found = await findByNames(request, sources);
  return { made: await fileOf(found.files, request), standIns: [found] };
}

/** Finds a package by the first of its names that there is. */
async function findByNames(request: FileRequest, sources: PackageSources): Promise<FoundPackage> {
  const names = [request.name, ...request.aliases];
  let first: LibraryFault | null = null;
  for (const name of names) {
    try {
      return await findPackage({ name, range: request.range }, sources);
    } catch (error) {
      if (!(error instanceof LibraryFault)) throw error;
      first ??= error;
    }
  }
  throw first ?? new Error("A request names no package.");
}

async function answerCombined({ parts }: CombinedRequest, making: Making): Promise<Answered> {
  const all = await Promise.all(parts.map((part) => answerFile(part, making)));
  const isScript = all.some(({ made }) => made.filename.endsWith("js"));
  const glue = Buffer.from(isScript ? "\n;\n" : "\n");
  return {
    made: {
      bytes: Buffer.concat(all.flatMap(({ made }) => [made.bytes, glue])),
      filename: isScript ? "combined.js" : "combined.css",
      packages: all.flatMap(({ made }) => made.packages),
    },
    standIns: all.flatMap(({ standIns }) => standIns),
  };
}

/** What the page has already comes first, so that it has each package once. */
async function chooseVersion({ name, range }: PackageSpec, { sources, inUse }: Making): Promise<string> {
  const own = inUse(name).find((version) => fits(version, range));
  return own ?? resolveVersion({ name, range }, sources);
}

/** The package of a family: a variable font where there is one, which is what the service of the same name sends. */
async function findFont(family: string, { sources, inUse }: Making): Promise<FontPackage> {
  const id = family
    .toLowerCase()
    .replaceAll(/\s+/g, "-")
    .replaceAll(/[^a-z0-9-]/g, "");
  const names = [`${VARIABLE_SCOPE}${id}`, `${STATIC_SCOPE}${id}`];
  // At hand first: for a family that has no variable font the registry would be asked in vain.
  const tries = [{ ...sources, registry: null }, sources].flatMap((from) =>
    names.map((name) => ({ from, name })),
  );
  let fault: LibraryFault | null = null;
  for (const { from, name } of tries) {
    try {
      const { files } = await findPackage({ name, range: inUse(name)[0] ?? "*" }, from);
      return await readFontPackage(files);
    } catch (error) {
      if (!(error instanceof LibraryFault)) throw error;
      fault = error;
    }
  }
  throw fault?.code === "library-unknown-package"
    ? new LibraryFault(
        "library-unknown-package",
        `There is no font family ${family} among those of Google Fonts.`,
        "Correct the family's name, or ship the font with the project.",
      )
    : (fault ?? new Error("A family has no package."));
}
