import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { TestContext } from "vitest";

import { type Folder, openFolder } from "../e2e/machine.ts";

const run = promisify(execFile);

/** A folder that is a file system of its own, in memory. Where mounting is not allowed, the test is skipped. */
export async function openTmpfs(context: TestContext, options: string): Promise<Folder> {
  const folder = await openFolder();
  try {
    await run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder.dir], { timeout: 5_000 });
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    context.skip(`no right to mount a file system: ${String(error)}`);
  }
  return {
    dir: folder.dir,
    [Symbol.asyncDispose]: async () => {
      // Lazily: a process that is on its way out may still have a file open.
      await run("umount", ["-l", folder.dir], { timeout: 5_000 });
      await folder[Symbol.asyncDispose]();
    },
  };
}
