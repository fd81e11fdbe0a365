import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs `use` with a folder of its own, which is gone afterwards, also when the process is told to exit. */
export async function withScratch<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), "framewright-"));
  const removeAtExit = () => rmSync(dir, { recursive: true, force: true });
  process.once("exit", removeAtExit);
  try {
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    process.off("exit", removeAtExit);
  }
}
