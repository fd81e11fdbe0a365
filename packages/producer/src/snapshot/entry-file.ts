import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";

import { ProblemError } from "@framewright/contract";

import type { Snapshot } from "../renders/port.ts";
import { entryFileHint } from "./entry-file-hint.ts";
import { isBelow } from "./is-below.ts";
import { realOrNull } from "./project-dir.ts";

/** Throws `entry-file-missing` unless the snapshot holds `entryFile` as a regular file. */
export async function requireEntryFile(snapshot: Pick<Snapshot, "dir">, entryFile: string): Promise<void> {
  const root = await realpath(snapshot.dir);
  const named = resolve(root, entryFile);
  const real = isBelow(root, named) ? await realOrNull(named) : null;
  if (real !== null && isBelow(root, real) && (await stat(real)).isFile()) return;
  const hint = await entryFileHint(root, entryFile);
  throw new ProblemError(
    "entry-file-missing",
    `The project has no file ${JSON.stringify(entryFile)}. ${hint}`,
  );
}
