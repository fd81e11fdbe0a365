import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type ProblemCode, ProblemError } from "@framewright/contract";
import { afterEach, beforeEach, expect, vi } from "vitest";

import type { ArchiveKind } from "../../src/snapshot/detect-archive.ts";
import { snapshotArchive } from "../../src/snapshot/snapshot-archive.ts";
import { makeZip, openFilesBelow, type TarEntry, tarEntry, writeTarGz, type ZipEntry } from "./archives.ts";

export const LIMITS = { maxBytes: 2 ** 31, maxFiles: 20_000 };

/** A folder of its own for each test, and archives and snapshots in it. */
export function openWorkbench() {
  const state = { work: "", target: "" };
  beforeEach(async () => {
    state.work = await mkdtemp(join(tmpdir(), "archive-test-"));
    state.target = join(state.work, "snapshot");
  });
  afterEach(() => rm(state.work, { recursive: true, force: true }));
  return {
    state,
    take: (
      file: string,
      kind: ArchiveKind,
      limits = LIMITS,
      signal: AbortSignal = AbortSignal.timeout(25_000),
    ) => snapshotArchive(file, kind, state.target, limits, signal),
    /** The problem that an archive is refused with; nothing may be left of it on disk or open. */
    refusal: async (taking: Promise<unknown>): Promise<{ code: ProblemCode; detail: string }> => {
      const error = await taking.then(
        () => null,
        (reason: unknown) => reason,
      );
      if (!(error instanceof ProblemError)) throw new Error("expected a problem", { cause: error });
      expect(await readdir(state.work)).not.toContain("snapshot");
      expect(error.message).not.toContain(state.work);
      await vi.waitFor(async () => expect(await openFilesBelow(state.work)).toEqual([]), { timeout: 5000 });
      return { code: error.code, detail: error.message };
    },
    tarOf: async (...entries: TarEntry[]): Promise<string> => {
      const file = join(state.work, "a.tar.gz");
      await writeTarGz(file, entries.map(tarEntry));
      return file;
    },
    zipOf: async (...entries: ZipEntry[]): Promise<string> => {
      const file = join(state.work, "a.zip");
      await writeFile(file, makeZip(entries));
      return file;
    },
  };
}
