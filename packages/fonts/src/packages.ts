import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

import type { ShelfFamily } from "./families.ts";

/** A family's package as it is installed. */
export interface FontPackage {
  readonly family: string;
  readonly name: string;
  readonly version: string;
  /** Name of the folder for its fonts. */
  readonly slug: string;
  /** Paths of its font files. */
  readonly files: readonly string[];
}

/** Finds a package beside this one's own, wherever this code is bundled to; null where it was left out of the install. */
export async function findPackage({ family, package: name }: ShelfFamily): Promise<FontPackage | null> {
  try {
    const own = createRequire(import.meta.url).resolve("@framewright/fonts/package.json");
    const manifest = createRequire(own).resolve(`${name}/package.json`);
    const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
    const dir = join(dirname(manifest), "files");
    const files = (await readdir(dir)).filter((file) => file.endsWith(".woff2")).toSorted();
    return { family, name, version, slug: basename(name), files: files.map((file) => join(dir, file)) };
  } catch {
    return null;
  }
}

/** The axes by which a variable font's file may be named, the one for weights first. */
const WEIGHTS = /-wght-(normal|italic)\.woff2$/;
const STATIC_WEIGHTS = /-\d+-(normal|italic)\.woff2$/;

/** The files of every weight, without other axes. */
function ofAllWeights({ files }: FontPackage): string[] {
  const variable = files.filter((file) => WEIGHTS.test(file));
  return variable.length > 0 ? variable : files.filter((file) => STATIC_WEIGHTS.test(file));
}

/** What a family's name leads to: all weights in Latin letters, upright and italic; of emoji, the one file with all. */
export function namedFiles(fonts: FontPackage): string[] {
  const start = `${fonts.slug}-latin-`;
  const whole = `${fonts.slug}-emoji-400-normal.woff2`;
  return ofAllWeights(fonts).filter((file) => {
    const name = basename(file);
    return name === whole || (name.startsWith(start) && !name.startsWith(`${start}ext-`));
  });
}

/** The other letters of a family. None of emoji: they are all in one file. */
export function otherFiles(fonts: FontPackage): string[] {
  const named = namedFiles(fonts);
  if (named.some((file) => file.includes("-emoji-400-"))) return [];
  return ofAllWeights(fonts).filter((file) => !named.includes(file) && !file.endsWith("-italic.woff2"));
}
