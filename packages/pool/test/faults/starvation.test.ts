import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, it, type TestContext } from "vitest";

import { fixture } from "../harness.ts";
import { runInCgroup } from "./cgroup.ts";
import { expectRecovery } from "./recovery.ts";

const MIB = 1024 * 1024;
const starved = fileURLToPath(fixture("starved"));

function expectBackoff(context: TestContext, output: unknown, cause: RegExp): void {
  const seen = output as { failures: string[]; maxDelayMs: number; recoveryMs: number; result: unknown };
  // Starts at 0, 0.2, 0.6 and 1.4 s: on a timer, not as fast as it can.
  expect(seen.failures.length).toBeGreaterThanOrEqual(2);
  expect(seen.failures.length).toBeLessThanOrEqual(4);
  for (const failure of seen.failures) expect(failure).toMatch(cause);
  expect(seen.maxDelayMs).toBeLessThan(100);
  expect(seen.result).toMatchObject({ value: 7 });
  expectRecovery(context, seen.recoveryMs, 10_000);
}

it("F35a: no file descriptor is free to start a child", async (context) => {
  const script = 'ulimit -n 64 && exec "$0" "$1"';
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", script, process.execPath, starved], {
    env: {},
    timeout: 40_000,
    killSignal: "SIGKILL",
  });
  expectBackoff(context, JSON.parse(stdout), /EMFILE|EBADF/);
}, 60_000);

it("F35b: the system allows no more processes", async (context) => {
  const output = await runInCgroup(context, "pids", { "pids.max": "60" }, [starved, "processes"]);
  expectBackoff(context, output, /EAGAIN/);
}, 60_000);

it("F24: the kernel kills a child that takes more memory than there is", async (context) => {
  const limit = String(256 * MIB);
  const limits = {
    "memory.limit_in_bytes": limit,
    "memory.memsw.limit_in_bytes": limit,
    "memory.max": limit,
  };
  const output = await runInCgroup(context, "memory", { ...limits, "memory.swap.max": "0" }, [
    fileURLToPath(fixture("hungry")),
  ]);
  const { exits, recoveryMs } = output as { exits: unknown[]; recoveryMs: number };
  const oom = { reason: "oom", from: "busy", signal: "SIGKILL" };
  // A task that is tried again on a fresh child meets the same end, and the pool goes on.
  expect(exits).toMatchObject([oom, oom]);
  expectRecovery(context, recoveryMs, 5_000);
}, 60_000);
