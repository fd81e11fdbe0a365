import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { TestContext } from "vitest";

import { until } from "../e2e/process-tree.ts";

const MOUNT = "/sys/fs/cgroup";

export interface MemoryCgroup extends AsyncDisposable {
  /** Moves processes in; what they start later follows. */
  add(pids: readonly number[]): Promise<void>;
  /** How often the kernel has killed in here. */
  kills(): Promise<number>;
}

/** A control group with a limit of memory. Where making one is not allowed, the test is skipped. */
export async function openMemoryCgroup(context: TestContext, bytes: number): Promise<MemoryCgroup> {
  const isFirst = existsSync(join(MOUNT, "memory"));
  const dir = join(MOUNT, isFirst ? "memory" : "", `framewright-${randomUUID()}`);
  const limit = isFirst ? "memory.limit_in_bytes" : "memory.max";
  const events = isFirst ? "memory.oom_control" : "memory.events";
  try {
    await mkdir(dir);
    await writeFile(join(dir, limit), String(bytes));
  } catch (error) {
    await rmdir(dir).catch(() => undefined);
    context.skip(`no right to make a control group: ${String(error)}`);
  }
  const remove = (): Promise<boolean> =>
    rmdir(dir).then(
      () => true,
      () => false,
    );
  return {
    add: async (pids) => {
      for (const pid of pids) await writeFile(join(dir, "cgroup.procs"), String(pid));
    },
    kills: async () => Number(/^oom_kill (\d+)$/m.exec(await readFile(join(dir, events), "utf8"))?.[1]),
    // A group can be removed once its last process has been reaped.
    [Symbol.asyncDispose]: async () => void (await until(remove, (isRemoved) => isRemoved, 5_000)),
  };
}
