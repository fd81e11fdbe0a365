import { randomUUID } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";

import { OUTPUTS } from "@framewright/contract";

import { badInput } from "./failure.ts";

const EXTENSIONS: readonly string[] = Object.values(OUTPUTS).map(({ extension }) => `.${extension}`);
const REMEDY = "Name a place that you may write to.";

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Most often there is nothing yet; anything worse shows when a file is written.
    return false;
  }
}

/** The folder itself, or the nearest one above it that exists. */
async function existingFolder(dir: string): Promise<string> {
  const parent = dirname(dir);
  return parent === dir || (await isDirectory(dir)) ? dir : await existingFolder(parent);
}

/** Writes a file and removes it: permissions alone tell too little, above all to root. */
async function tryWriting(dir: string): Promise<void> {
  const file = join(dir, `.framewright-${randomUUID()}`);
  await writeFile(file, "", { flag: "wx" });
  await rm(file, { force: true });
}

/** Makes the folder of the result and sees that it can be written to, before any work is done for it; returns the file's absolute path. */
export async function prepareOutput(file: string): Promise<string> {
  const path = resolve(file);
  if (!EXTENSIONS.includes(extname(path).toLowerCase())) {
    throw badInput(
      `-o ${file} is not an ${EXTENSIONS.join(" or ")} file.`,
      `Name a file that ends in ${EXTENSIONS.join(" or ")}.`,
    );
  }
  if (await isDirectory(path)) throw badInput(`-o ${file} is a folder.`, "Name a file in it.");
  try {
    // First above what is to be made: Node's recursive mkdir never ends in a file system such as /proc.
    await tryWriting(await existingFolder(dirname(path)));
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw badInput(`Nothing can be written to the folder of -o ${file}.`, REMEDY, cause);
  }
  return path;
}
