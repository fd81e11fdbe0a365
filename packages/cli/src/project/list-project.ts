import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { type Listing, listFiles } from "./list-files.ts";

/** Files in which a composition says what it loads; larger ones are libraries. */
const TEXTS = /\.(html?|css|m?js|json|svg)$/i;
const MAX_TEXT_BYTES = 1024 * 1024;

/** `node_modules/name` or `node_modules/@scope/name`, wherever a path goes on below it. */
const PACKAGE = /node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g;

/** The packages of `node_modules` that files of the project name. */
async function usedPackages(dir: string, { files }: Listing): Promise<string[]> {
  const found = new Set<string>();
  for (const { path, stats } of files) {
    if (!TEXTS.test(path) || stats.size > MAX_TEXT_BYTES) continue;
    const text = await readFile(join(dir, path), "utf8");
    for (const [, name = ""] of text.matchAll(PACKAGE)) found.add(name);
  }
  return [...found].sort();
}

/** Lists a project's files, with those packages of its `node_modules` that it names. */
export async function listProject(dir: string, except: readonly string[]): Promise<Listing> {
  const own = await listFiles(dir, except);
  const packages = await usedPackages(dir, own);
  return packages.length === 0 ? own : listFiles(dir, except, packages);
}
