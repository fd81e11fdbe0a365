import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

import { expectThat, type Guarantee } from "../guarantee.ts";
import { until } from "../until.ts";
import { finished, startCapturing } from "./render-under-fire.ts";

/** What a render's work may use, in the disturbed service: far more than the plain composition does. */
export const SCRATCH_QUOTA_BYTES = 64 * 2 ** 20;

const BLOCK_BYTES = 2 ** 20;

/** The rest of the render is let go within two seconds. */
const LET_GO_MS = 5_000;

/** The scratch folders of the chunks that are captured. */
async function chunkFolders(dataDir: string): Promise<string[]> {
  const scratch = join(dataDir, "scratch");
  const owners = (await readdir(scratch)).map((name) => join(scratch, name));
  const folders = await Promise.all(
    owners.map(async (owner) => (await readdir(owner)).map((name) => join(owner, name))),
  );
  return folders.flat().filter((folder) => /[/\\]chunk-[^/\\]+$/.test(folder));
}

/** Writes more into a folder than a render may use. */
async function fill(folder: string): Promise<void> {
  const file = await open(join(folder, "filler"), "wx");
  try {
    const block = Buffer.alloc(BLOCK_BYTES);
    for (let written = 0; written <= SCRATCH_QUOTA_BYTES; written += BLOCK_BYTES) await file.write(block);
  } finally {
    await file.close();
  }
}

export const FULL_SCRATCH: Guarantee = {
  guarantee: "the render fails with the reason, its files go",
  fault: "more scratch than a render may use",
  boundMs: 5_000,
  async check({ service: running, signal }) {
    const { url, dataDir } = await running();
    const id = await startCapturing({ url, signal });
    const [folder] = await chunkFolders(dataDir);
    if (folder === undefined) throw new Error("no chunk has a scratch folder");
    await fill(folder);
    const filledAt = performance.now();
    const { state, problem } = await finished({ url, signal }, id);
    const recoveryMs = performance.now() - filledAt;
    expectThat(
      problem?.code === "scratch-too-large",
      `the render ${state} (${problem?.code ?? "no problem"})`,
    );
    const empty = async (): Promise<true | null> => (await chunkFolders(dataDir)).length === 0 || null;
    await until(empty, { what: "the render's files are gone", timeoutMs: LET_GO_MS, signal });
    return recoveryMs;
  },
};
