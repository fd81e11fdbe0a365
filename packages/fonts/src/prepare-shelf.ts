import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { DEFAULT_FAMILY, extended, FALLBACKS, NAMED } from "./families.ts";
import { fontconfig, type FontFolder } from "./fontconfig.ts";
import { findPackage, type FontPackage, namedFiles, otherFiles } from "./packages.ts";
import { toSfnt } from "./sfnt.ts";

/** Part of the folder's name: another layout or configuration gets another folder. */
const LAYOUT = "1";

/** The fonts that a browser has, whatever its machine has. */
export interface FontShelf {
  /** For FONTCONFIG_FILE. */
  readonly configFile: string;
  /** Names the fonts: others may give other pixels. */
  readonly version: string;
  readonly families: readonly string[];
  /** Families whose packages were left out of the install. */
  readonly missing: readonly string[];
}

/** Fonts of one family, to be unpacked into one folder. */
interface Batch {
  readonly folder: string;
  readonly family: string;
  readonly files: readonly string[];
}

/** The letters that a family's name leads to, and those that only stand in where other families lack them. */
function batchesOf(named: readonly FontPackage[], fallbacks: readonly FontPackage[]): Batch[] {
  const standIns = [...named.filter(({ family }) => family === DEFAULT_FAMILY), ...fallbacks];
  return [
    ...[...named, ...fallbacks].map((fonts) => ({
      folder: fonts.slug,
      family: fonts.family,
      files: namedFiles(fonts),
    })),
    ...standIns.map((fonts) => ({
      folder: `${fonts.slug}-extended`,
      family: extended(fonts.family),
      files: otherFiles(fonts),
    })),
  ].filter(({ files }) => files.length > 0);
}

async function unpack(batches: readonly Batch[], target: string, version: string): Promise<void> {
  const aside = await mkdtemp(`${target}.`);
  try {
    for (const { folder, files } of batches) {
      await mkdir(join(aside, folder));
      for (const file of files) {
        const font = await toSfnt(await readFile(file));
        await writeFile(join(aside, folder, basename(file).replace(/woff2$/, "ttf")), font);
      }
    }
    const folders: FontFolder[] = batches.map(({ folder, family }) => ({
      dir: join(target, folder),
      family,
    }));
    await writeFile(join(aside, "fonts.conf"), fontconfig(folders, join(target, "cache")));
    await writeFile(join(aside, "version"), version);
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    // Another process was first: it has unpacked the same.
    if (!(await exists(target))) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const isThere = (fonts: FontPackage | null): fonts is FontPackage => fonts !== null;

/** Unpacks the fonts that are installed with the service into the cache, once for all processes: about 60 MB. */
export async function prepareShelf(cacheDir: string): Promise<FontShelf> {
  const named = (await Promise.all(NAMED.map(findPackage))).filter(isThere);
  const fallbacks = (await Promise.all(FALLBACKS.map(findPackage))).filter(isThere);
  const all = [...named, ...fallbacks];
  const batches = batchesOf(named, fallbacks);
  const configured = fontconfig(
    batches.map(({ folder, family }) => ({ dir: folder, family })),
    "",
  );
  const contents = [LAYOUT, configured, ...all.map(({ name, version }) => `${name}@${version}`)];
  const version = createHash("sha256").update(contents.join("\n")).digest("hex").slice(0, 12);
  const target = join(cacheDir, `fonts-${version}`);
  await mkdir(cacheDir, { recursive: true });
  if (!(await exists(target))) await unpack(batches, target, version);
  const families = all.map(({ family }) => family);
  const missing = [...NAMED, ...FALLBACKS].map(({ family }) => family);
  return {
    configFile: join(target, "fonts.conf"),
    version,
    families,
    missing: missing.filter((family) => !families.includes(family)),
  };
}
