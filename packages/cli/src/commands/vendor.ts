import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Library, Plan } from "@framewright/contract";
import { formatLockfile, type Locked, LOCKFILE } from "@framewright/local-cdn/lockfile";

import { withClient } from "../connection.ts";
import { localFailure } from "../failure.ts";
import type { CommonFlags } from "../options.ts";
import { locate } from "../project/locate.ts";
import { openProject } from "../project/open-project.ts";
import { VENDORED, vendoredName } from "../project/vendored-name.ts";
import type { Runtime } from "../runtime.ts";
import { withScratch } from "../scratch.ts";
import { plain } from "../text/plain.ts";
import { warningText } from "../text/render-text.ts";

export type VendorFlags = Pick<CommonFlags, "entry" | "json">;

/** Writes what a project's page asks of CDNs into the project, with its lockfile. Throws CommandError and ClientError. */
export async function vendor(input: string, flags: VendorFlags, runtime: Runtime): Promise<void> {
  const { dir } = await locate(input, flags.entry);
  const plan = await withScratch((scratchDir) => planHere(input, flags, scratchDir, runtime));
  const { libraries = [], missingLibraries = [] } = plan;
  const locked = await bringAll(dir, libraries, runtime);
  await writeFile(join(dir, LOCKFILE), formatLockfile(locked));
  tell(plan, locked, flags, runtime);
  if (missingLibraries.length > 0) {
    throw localFailure(
      `Not to be had: ${missingLibraries.map(plain).join(", ")}.`,
      "See the warnings; all else is in the project.",
    );
  }
}

/** Always made on this machine: the bytes are taken from what its own service has fetched. */
async function planHere(
  input: string,
  { entry }: VendorFlags,
  scratchDir: string,
  runtime: Runtime,
): Promise<Plan> {
  const { signal } = runtime;
  const { entryFile, archive } = await openProject(input, { entry, scratchDir, signal });
  return withClient({}, scratchDir, runtime, (client) => client.plan({ entryFile, archive }, { signal }));
}

/** Puts the bytes of all libraries into the project's folder for them, in place of what was there. */
async function bringAll(
  dir: string,
  libraries: readonly Library[],
  { loadProducer }: Runtime,
): Promise<readonly Locked[]> {
  const producer = await loadProducer();
  const files = await Promise.all(
    libraries.map(async (library) => {
      const bytes = await producer.readLibrary(library.integrity);
      if (bytes === null) throw localFailure(`${library.url} is not kept here any more.`, "Run it again.");
      return { library, bytes, file: `${VENDORED}/${vendoredName(library.url)}` };
    }),
  );
  await rm(join(dir, VENDORED), { recursive: true, force: true });
  for (const { file, bytes } of files) {
    await mkdir(dirname(join(dir, file)), { recursive: true });
    await writeFile(join(dir, file), bytes);
  }
  return files.map(({ library, file }) => ({ ...library, file }));
}

function tell({ warnings }: Plan, locked: readonly Locked[], { json }: VendorFlags, runtime: Runtime): void {
  if (json === true) {
    runtime.stdout.write(`${JSON.stringify({ type: "result", libraries: locked, warnings })}\n`);
    return;
  }
  for (const { package: name, version, file = "" } of locked)
    runtime.stdout.write(`${plain(`${name} ${version}`).padEnd(36)} ${plain(file)}\n`);
  runtime.stdout.write(`${locked.length} files, listed in ${LOCKFILE}\n`);
  for (const warning of warnings) runtime.stderr.write(`${warningText(warning)}\n`);
}
