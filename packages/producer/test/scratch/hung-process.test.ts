import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, it } from "vitest";

import { formatOwner, thisOwner } from "../../src/scratch/owner.ts";
import { openFolder } from "../e2e/machine.ts";

/** A pipe that nobody writes to takes the place of a process's environment: reading it never ends. */
const SCRIPT = `mkfifo "$0/pipe" || exit 77
  sleep 60 & sleeper=$!
  trap 'kill $sleeper' EXIT
  mount --bind "$0/pipe" "/proc/$sleeper/environ" || exit 77
  timeout -s KILL 25 "$@"`;

it("starts, and keeps what may be in use, beside a process that hangs in the kernel", async (context) => {
  await using folder = await openFolder();
  const parent = join(folder.dir, "scratch");
  const self = await thisOwner();
  const dead = `${formatOwner({ ...self, start: "1" })}-abcd`;
  const foreign = `1-1-${"0".repeat(12)}-abcd`;
  for (const name of [dead, foreign]) await mkdir(join(parent, name), { recursive: true });
  const old = new Date(Date.now() - 3_600_000);
  await utimes(join(parent, foreign), old, old);

  const fixture = fileURLToPath(new URL("fixtures/open-beside-hung-process.ts", import.meta.url));
  const command = ["sh", "-c", SCRIPT, folder.dir, process.execPath, fixture, folder.dir];
  const child = spawn("unshare", ["-m", ...command], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
  let said = "";
  child.stdout.on("data", (chunk) => (said += String(chunk)));
  const [code] = await once(child, "close", { signal: AbortSignal.timeout(35_000) });
  if (said === "" && (code === 1 || code === 77)) context.skip("no right to mount over a process's files");

  const { tookMs, left, warnings } = JSON.parse(said) as Record<string, never>;
  expect(tookMs).toBeLessThan(5_000);
  expect(left).toEqual([dead]);
  expect(warnings).toEqual([expect.stringContaining("does not answer")]);
}, 40_000);
