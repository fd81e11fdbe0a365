import { mkdir, stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";

import { badInput } from "./failure.ts";

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Most often there is nothing yet; anything worse shows when the folder is made.
    return false;
  }
}

/** Makes the folder of the result, before any work is done for it; returns the file's absolute path. */
export async function prepareOutput(file: string): Promise<string> {
  const path = resolve(file);
  if (extname(path).toLowerCase() !== ".mp4") {
    throw badInput(`-o ${file} is not an .mp4 file.`, "Name a file that ends in .mp4.");
  }
  if (await isDirectory(path)) throw badInput(`-o ${file} is a folder.`, "Name a file in it.");
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw badInput(`The folder of ${file} cannot be made.`, "Name a place that you may write to.", cause);
  }
  return path;
}
