import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { isGroupAlive, killGroup, signalGroup } from "../src/process-group.ts";
import { fixture } from "./harness.ts";

async function startShell(script: string): Promise<number> {
  const shell = spawn("/bin/sh", ["-c", script], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  await once(shell.stdout, "data", { signal: AbortSignal.timeout(5_000) });
  return shell.pid!;
}

describe("killGroup", () => {
  it("ends a leader and its children by SIGTERM", async () => {
    const pgid = await startShell("sleep 60 & echo up; wait");
    expect(isGroupAlive(pgid)).toBe(true);
    const started = Date.now();
    expect(await killGroup(pgid, 5_000)).toBe(true);
    expect(Date.now() - started).toBeLessThan(3_000);
    expect(isGroupAlive(pgid)).toBe(false);
  });

  it("ends by SIGKILL what ignores SIGTERM", async () => {
    const pgid = await startShell("trap '' TERM; echo up; while :; do sleep 1; done");
    const started = Date.now();
    expect(await killGroup(pgid, 300)).toBe(true);
    expect(Date.now() - started).toBeGreaterThanOrEqual(300);
    expect(isGroupAlive(pgid)).toBe(false);
  });

  it("ends what its leader has left behind", async () => {
    const pgid = await startShell("sleep 60 & echo up");
    expect(await killGroup(pgid, 0)).toBe(true);
  });

  it("notices the end while every thread of libuv's pool hangs", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pool-threads-"));
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    // Opening a pipe without a writer hangs; the pool of libuv has four threads.
    const readers = Array.from({ length: 4 }, () => open(fifo, "r"));
    try {
      const pgid = await startShell("trap '' TERM; sleep 60 & echo up; wait");
      const started = Date.now();
      expect(await killGroup(pgid, 200)).toBe(true);
      expect(Date.now() - started).toBeLessThan(3_000);
    } finally {
      const writer = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
      for (const reader of await Promise.all(readers)) await reader.close();
      closeSync(writer);
      rmSync(folder, { recursive: true });
    }
  });

  it("takes a group that is gone as done, and no number that means others", async () => {
    const pgid = await startShell("echo up");
    expect(await killGroup(pgid, 1_000)).toBe(true);
    expect(await killGroup(pgid, 1_000)).toBe(true);
    for (const wrong of [0, 1, -1, Number.NaN]) expect(() => signalGroup(wrong, 0)).toThrow(RangeError);
  });
});

describe("isGroupAlive", () => {
  it.runIf(process.platform === "linux")("takes a zombie for dead", async () => {
    // The shell's child joins no wait: it stays a zombie of the stopped shell, in a group of its own.
    const script = `
      const { spawn } = require("node:child_process");
      const child = spawn("/bin/sleep", ["60"], { detached: true });
      console.log(child.pid);
      process.kill(child.pid, "SIGKILL");
      const end = Date.now() + 5000;
      while (Date.now() < end);
    `;
    const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
    const [data] = (await once(parent.stdout, "data", { signal: AbortSignal.timeout(5_000) })) as [Buffer];
    const pgid = Number(data.toString());
    await expect.poll(() => isGroupAlive(pgid), { timeout: 3_000 }).toBe(false);
    expect(signalGroup(pgid, 0)).toBe(true);
    parent.kill("SIGKILL");
  });

  it("is not misled by strangers that /proc hides, when nobody reaps the leader", async (context) => {
    const run = promisify(execFile);
    const entry = fileURLToPath(fixture("hidden-strangers"));
    const own = ["--pid", "--fork", "--mount", "--mount-proc", "--kill-child"];
    // In a process table of its own: root's shell and `sleep` are the strangers.
    const script =
      'mount -o remount,hidepid=1 /proc && { sleep 20 & } && setpriv --reuid 65534 --regid 65534 --clear-groups "$@"';
    const asStranger = (...command: string[]) =>
      run("unshare", [...own, "sh", "-c", script, "sh", ...command], { timeout: 15_000 });
    const isAllowed = await asStranger("test", "-r", entry, "-a", "-x", process.execPath).then(
      () => true,
      () => false,
    );
    if (!isAllowed) return context.skip("no right to mount a /proc and change the user");
    const { stdout } = await asStranger(process.execPath, entry);
    expect(JSON.parse(stdout)).toEqual({ wasAlive: true, isAlive: false });
  });
});
