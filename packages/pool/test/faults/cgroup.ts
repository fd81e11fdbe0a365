import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";

import type { TestContext } from "vitest";

import { until } from "../harness.ts";

const MOUNT = "/sys/fs/cgroup";
const TIMEOUT_MS = 40_000;

/** Runs a fixture in a cgroup of its own and gives what it printed. Where that is not allowed, the test is skipped. */
export async function runInCgroup(
  context: TestContext,
  controller: "memory" | "pids",
  limits: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<unknown> {
  const folder = createCgroup(controller, limits);
  if (folder === undefined) return context.skip(`no right to make a cgroup of ${controller}`);
  context.onTestFinished(async () => {
    await until("the cgroup to be empty", 5_000, () => isRemoved(folder));
  });
  const script = 'echo $$ >"$0/cgroup.procs" && exec "$@"';
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", script, folder, process.execPath, ...args], {
    env: {},
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  return JSON.parse(stdout);
}

/** Version 1 has a tree for each controller, version 2 one for all; limits that the version does not know are left out. */
function createCgroup(controller: string, limits: Readonly<Record<string, string>>): string | undefined {
  const tree = existsSync(`${MOUNT}/${controller}`) ? `${MOUNT}/${controller}` : MOUNT;
  const folder = `${tree}/framewright-test-${randomUUID()}`;
  try {
    mkdirSync(folder);
    const known = Object.entries(limits).filter(([file]) => existsSync(`${folder}/${file}`));
    for (const [file, value] of known) writeFileSync(`${folder}/${file}`, value);
    if (known.length > 0) return folder;
    rmdirSync(folder);
  } catch {
    // Not mounted, or not ours to write.
  }
  return undefined;
}

function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder);
  } catch {
    // Its last process is still on its way out.
  }
  return !existsSync(folder);
}
