import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { onTestFinished } from "vitest";

import { type Libraries, type LibrariesOptions, openLibraries } from "../src/libraries.ts";

export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "framewright-cdn-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** What one page may be served. Folders that are not given are fresh ones. */
export async function openSession(options: Partial<LibrariesOptions> = {}): Promise<Libraries> {
  const libraries = await openLibraries({
    mode: "registry",
    projectDir: options.projectDir ?? (await temporaryFolder()),
    cacheDir: options.cacheDir ?? (await temporaryFolder()),
    npm: { registry: "http://127.0.0.1:1/" },
    locked: [],
    missing: [],
    signal: new AbortController().signal,
    ...options,
  });
  onTestFinished(() => libraries.close());
  return libraries;
}

/** The text that a URL gets; throws with the reason when it gets nothing. */
export async function textOf(libraries: Libraries, url: string): Promise<string> {
  const answer = await libraries.resolve({ url: new URL(url), isScript: false });
  if (!answer.ok) throw new Error(answer.reason);
  return answer.bytes.toString("utf8");
}
