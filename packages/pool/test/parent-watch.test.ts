import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, it } from "vitest";

import { isGroupAlive } from "../src/process-group.ts";
import { parentWatchOptions } from "../src/parent-watch.ts";
import { fixture } from "./harness.ts";

const GONE_WITHIN_MS = 3_000;

async function groupsAfterKill(args: readonly string[]): Promise<boolean[]> {
  const supervisor = spawn(process.execPath, [fileURLToPath(fixture("supervisor-of-deaf")), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {},
  });
  const [line] = (await once(supervisor.stdout, "data", { signal: AbortSignal.timeout(15_000) })) as [Buffer];
  const pids = JSON.parse(line.toString()) as number[];
  expect(pids).toHaveLength(1);
  // The thread that watches starts with the process.
  await expect.poll(() => pids.map(isGroupAlive)).toEqual([true]);
  supervisor.kill("SIGKILL");
  const end = Date.now() + GONE_WITHIN_MS;
  let alive = [true];
  while (alive.includes(true) && Date.now() < end) alive = pids.map(isGroupAlive);
  for (const [at, pid] of pids.entries()) if (alive[at]) process.kill(-pid, "SIGKILL");
  return alive;
}

it("a child whose loop is blocked by its task is gone within 3 s of its supervisor's kill", async () => {
  expect(await groupsAfterKill(["tasks", "spin"])).toEqual([false]);
});

it("a child that hangs at import is gone within 3 s of its supervisor's kill", async () => {
  expect(await groupsAfterKill(["hangs-at-import"])).toEqual([false]);
});

it("the watch neither keeps a process alive nor passes to those that it forks", async () => {
  const script = "process.stdout.write(JSON.stringify(process.execArgv))";
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...parentWatchOptions(process.pid), "--no-warnings", "-e", script],
    { env: {}, timeout: 10_000, killSignal: "SIGKILL" },
  );
  expect(JSON.parse(stdout)).toEqual(["--no-warnings", "-e", script]);
});
