import { mkdir, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";

import { isProblemError, type Library } from "@framewright/contract";
import { keptFile } from "@framewright/local-cdn/kept-files";

import type { Transaction } from "../postgres/database.ts";
import type { Store } from "../store/port.ts";
import type { WorkSettings } from "./settings.ts";

export interface LibraryStoreDeps {
  readonly database: Pick<Transaction, "query">;
  readonly store: Store;
  readonly settings: Pick<WorkSettings, "libraries">;
}

type Served = readonly Pick<Library, "integrity">[];

/** Where a library's bytes are in the store, by their SHA-512 in hex. */
const keyOf = (hash: string): string => `libraries/${hash}`;

/** The bytes of libraries as this machine has them: files that are named by their hashes. */
function filesOf(libraries: Served, { settings }: LibraryStoreDeps): string[] {
  const { cacheDir } = settings.libraries;
  return [...new Set(libraries.flatMap(({ integrity }) => keptFile(cacheDir, integrity) ?? []))];
}

/** Puts what a page was served into the store, where every machine finds it, and a render in years does. */
export async function keepLibraries(
  libraries: Served,
  deps: LibraryStoreDeps,
  signal: AbortSignal,
): Promise<void> {
  const files = filesOf(libraries, deps);
  if (files.length === 0) return;
  // Marked as in use first: what is marked is not swept while it is put.
  await deps.database.query(
    `INSERT INTO framewright.libraries (hash) SELECT unnest($1::text[])
     ON CONFLICT (hash) DO UPDATE SET used_at = now()`,
    [files.map((file) => basename(file))],
  );
  for (const file of files) {
    const key = keyOf(basename(file));
    if ((await deps.store.stat(key)) === null)
      await deps.store.put(key, file, { contentType: "application/octet-stream" }, signal);
  }
}

/** Brings libraries to this machine from the store. One that is not there has to be made again, of its package. */
export async function bringLibraries(
  libraries: Served,
  deps: LibraryStoreDeps,
  signal: AbortSignal,
): Promise<void> {
  for (const file of filesOf(libraries, deps)) {
    if (await isThere(file)) continue;
    await mkdir(dirname(file), { recursive: true });
    await deps.store.fetch(keyOf(basename(file)), file, { signal }).catch((error: unknown) => {
      if (!isProblemError(error) || error.code !== "artifact-corrupt") throw error;
    });
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
