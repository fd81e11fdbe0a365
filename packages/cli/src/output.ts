import { randomUUID } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";

import { type Format, OUTPUTS } from "@framewright/contract";

import { badInput } from "./failure.ts";

/** Endings that mean the same as the usual one. */
const ALSO: Readonly<Partial<Record<Format, readonly string[]>>> = { jpeg: ["jpeg"], apng: ["png"] };

const formats = Object.keys(OUTPUTS) as Format[];

function endingsOf(format: Format): string[] {
  const { extension } = OUTPUTS[format];
  return [extension, ...(ALSO[format] ?? [])];
}

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

/** The format that a file's name asks for: by its ending, unless a format is given that has the same. */
export function formatOf(file: string, given: string | undefined): string {
  const ending = extname(file).toLowerCase().slice(1);
  // Of two that may end the same, the one whose usual ending it is comes first.
  const fitting = formats
    .filter((format) => endingsOf(format).includes(ending))
    .toSorted((a, b) => endingsOf(a).indexOf(ending) - endingsOf(b).indexOf(ending));
  const [format] = given === undefined ? fitting : fitting.filter((name) => name === given);
  if (format !== undefined) return format;
  const wanted = formats.filter((name) => given === undefined || name === given).flatMap(endingsOf);
  // What is no format is complained of as such.
  if (wanted.length === 0) return given ?? "";
  const named = wanted.map((one) => `.${one}`).join(", ");
  throw badInput(`-o ${file} does not end in ${named}.`, `Name a file that ends in ${named}.`);
}

/** Makes the folder of the result and sees that it can be written to, before any work is done for it; returns the file's absolute path. */
export async function prepareOutput(file: string): Promise<string> {
  const path = resolve(file);
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
