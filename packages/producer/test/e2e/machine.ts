import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Tools } from "@framewright/engine";

import { readConfig, readEnvironment, readMachine } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { findTools } from "../../src/startup/find-tools.ts";
import { dropDatabaseOf } from "./database-of.ts";

/** The browser and the ffmpeg that a producer would take here. */
export async function machineTools(
  env: Readonly<Record<string, string>> = {},
  scratchDir = tmpdir(),
): Promise<Tools> {
  const log = createLog({ level: "silent", format: "json" });
  return findTools(
    readConfig(env),
    readMachine(readEnvironment({})),
    scratchDir,
    log,
    new AbortController().signal,
  );
}

let found: Promise<Tools> | undefined;

/** The same, looked for once in a test file. */
export function sharedTools(): Promise<Tools> {
  return (found ??= machineTools());
}

/** ffmpeg and ffprobe, for looking at results. */
export async function machineFfmpeg(): Promise<Tools["ffmpeg"]> {
  return (await sharedTools()).ffmpeg;
}

export interface Folder extends AsyncDisposable {
  readonly dir: string;
}

/** A folder of the test's own; `await using` removes it, with the database of the services that were started in it. */
export async function openFolder(prefix = "framewright-e2e-"): Promise<Folder> {
  const dir = await mkdtemp(join(tmpdir(), prefix));
  return {
    dir,
    async [Symbol.asyncDispose]() {
      await dropDatabaseOf(dir);
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** GSAP's source, to inline. */
export function gsapSource(): Promise<string> {
  return readFile(
    new URL("../../../../examples/node_modules/gsap/dist/gsap.min.js", import.meta.url),
    "utf8",
  );
}
