import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect, test } from "vitest";

const LIMIT_MS = 20_000;
const NOBODY = "65534";

/** As the first process of a namespace of its own: hides the others' processes there, and is one of them. */
const HIDE_AND_RUN = `mount -t proc -o hidepid=1 proc /proc && setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups -- "$@"; exit $?`;

const source = new URL("../../src/chaos/process-tree.ts", import.meta.url);
const LIST = `
  import { readdir, readFile } from "node:fs/promises";
  const hidden = await readFile("/proc/1/stat").catch(({ code }) => code);
  const { allProcesses } = await import(${JSON.stringify(source)});
  const pids = (await allProcesses()).map(({ pid }) => pid);
  console.log(JSON.stringify({ hidden, pids, own: process.pid, listed: await readdir("/proc") }));`;

const cannotHide = process.platform !== "linux" || process.geteuid?.() !== 0;

test.skipIf(cannotHide)(
  "processes that the system hides from this user are left out (skipped unless root on Linux)",
  { timeout: LIMIT_MS },
  async () => {
    const own = ["--pid", "--mount", "--fork", "--kill-child", "--propagation", "private"];
    const list = [process.execPath, "--input-type=module", "-e", LIST];
    const { stdout } = await promisify(execFile)(
      "unshare",
      [...own, "sh", "-c", HIDE_AND_RUN, "sh", ...list],
      {
        timeout: LIMIT_MS,
      },
    );
    const seen = JSON.parse(stdout) as { hidden: string; pids: number[]; own: number; listed: string[] };
    expect(seen.listed).toContain("1");
    expect(seen.hidden).toBe("EPERM");
    expect(seen.pids).toEqual([seen.own]);
  },
);
