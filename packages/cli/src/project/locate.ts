import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";

import { badInput } from "../failure.ts";

export interface Location {
  /** Absolute path of the project's folder. */
  readonly dir: string;
  /** Relative to the folder, with forward slashes. */
  readonly entryFile: string;
}

async function statOf(path: string, input: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const what = missing ? "does not exist" : "cannot be read";
    throw badInput(`${input} ${what}.`, "Name a folder with an index.html, or an HTML file.", cause);
  }
}

/** Finds the project that the command's argument names: a folder, or an HTML file with the folder around it. */
export async function locate(input: string, entry: string | undefined): Promise<Location> {
  const path = resolve(input);
  const stats = await statOf(path, input);
  if (stats.isDirectory()) return { dir: path, entryFile: entry ?? "index.html" };
  if (!stats.isFile() || ![".html", ".htm"].includes(extname(path).toLowerCase())) {
    throw badInput(`${input} is neither a folder nor an HTML file.`, "Name one of the two.");
  }
  if (entry !== undefined) {
    throw badInput("--entry goes with a folder, not with an HTML file.", "Leave one of the two out.");
  }
  return { dir: dirname(path), entryFile: basename(path) };
}
