import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import type { PackageFiles } from "../packages/package-files.ts";
import { findFile } from "../packages/package-files.ts";
import type { FontFace } from "../urls/library-request.ts";
import { type FontSubset, subsetsOf } from "./font-ranges.ts";

const METADATA = z.object({
  id: z.string(),
  family: z.string(),
  subsets: z.array(z.string()),
  weights: z.array(z.number()),
  styles: z.array(z.string()),
  defSubset: z.string().optional(),
});

/** A family of fonts as a package of Fontsource holds it. */
export interface FontPackage {
  readonly files: PackageFiles;
  readonly id: string;
  readonly weights: readonly number[];
  readonly hasItalic: boolean;
  readonly isVariable: boolean;
  readonly subsets: readonly FontSubset[];
}

export const VARIABLE_SCOPE = "@fontsource-variable/";
export const STATIC_SCOPE = "@fontsource/";

async function readJson(dir: string, name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(dir, name), "utf8")) as unknown;
}

export async function readFontPackage(files: PackageFiles): Promise<FontPackage> {
  const { id, weights, styles, subsets, defSubset } = METADATA.parse(
    await readJson(files.dir, "metadata.json"),
  );
  const ranges = z
    .record(z.string(), z.string())
    .safeParse(await readJson(files.dir, "unicode.json").catch(() => ({})));
  return {
    files,
    id,
    weights,
    hasItalic: styles.includes("italic"),
    isVariable: files.name.startsWith(VARIABLE_SCOPE),
    subsets: subsetsOf(ranges.data ?? {}, [defSubset ?? subsets[0] ?? "latin"]),
  };
}

/** The files of a variable font are named for the axes that they have, the fewest first. */
function axesNames(face: FontFace): string[] {
  const own = Object.keys(face.axes);
  if (own.length === 0) return ["wght", "standard", "full", "opsz", "wdth"];
  return [...(own.length === 1 ? own.map((axis) => axis.toLowerCase()) : []), "standard", "full", "wght"];
}

/** The path of a face's file of a subset; null where the package has none. */
export async function faceFile(
  font: FontPackage,
  face: FontFace,
  weight: number,
  subset: string,
): Promise<string | null> {
  const style = face.isItalic && font.hasItalic ? "italic" : "normal";
  const middles = font.isVariable ? axesNames(face) : [String(weight)];
  for (const middle of middles) {
    const path = `files/${font.id}-${subset}-${middle}-${style}.woff2`;
    if ((await findFile(font.files, path)) !== null) return path;
  }
  return null;
}
