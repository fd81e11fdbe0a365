import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { openMemoryCgroup } from "../faults/memory-cgroup.ts";

const FIXTURE = fileURLToPath(new URL("./fixtures/loses-encoder.ts", import.meta.url));
const LIMIT_BYTES = 300 * 2 ** 20;

test.for([
  ["that the kernel kills for want of memory", "greedy", "oom"],
  ["that somebody kills", "killed", "killed"],
] as const)("the evidence names the end of an encoder %s", { timeout: 30_000 }, async (given, context) => {
  const [, order, reason] = given;
  await using group = await openMemoryCgroup(context, LIMIT_BYTES);
  const worker = spawn(process.execPath, [FIXTURE], { stdio: ["pipe", "pipe", "inherit"], timeout: 20_000 });
  await group.add([worker.pid!]);
  worker.stdin.end(order);
  expect(JSON.parse(await text(worker.stdout))).toEqual({
    exit: { process: "encoder", reason, code: null, signal: "SIGKILL" },
  });
});
