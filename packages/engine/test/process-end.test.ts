import { spawn } from "node:child_process";
import { once } from "node:events";

import { expect, it } from "vitest";

import { processEnd } from "../src/process-end.ts";

it.each([
  [139, null, { reason: "crash", code: 139, signal: "SIGSEGV" }],
  [134, null, { reason: "crash", code: 134, signal: "SIGABRT" }],
  [133, null, { reason: "crash", code: 133, signal: "SIGTRAP" }],
  [137, null, { reason: "killed", code: 137, signal: "SIGKILL" }],
  [143, null, { reason: "killed", code: 143, signal: "SIGTERM" }],
  [null, "SIGSEGV", { reason: "crash", code: null, signal: "SIGSEGV" }],
  [null, "SIGKILL", { reason: "killed", code: null, signal: "SIGKILL" }],
  [1, null, { reason: "exit", code: 1, signal: null }],
  [128, null, { reason: "exit", code: 128, signal: null }],
  [255, null, { reason: "exit", code: 255, signal: null }],
] as const)("code %j and signal %j are named", (code, signal, end) => {
  expect(processEnd("browser", code, signal)).toEqual({ process: "browser", ...end });
});

it("knows the crash of a program that a script has started without exec", async () => {
  const script = spawn("/bin/sh", ["-e", "-c", 'sh -c "kill -SEGV \\$\\$"; true'], { stdio: "ignore" });
  const [code, signal] = (await once(script, "exit", { signal: AbortSignal.timeout(5_000) })) as [
    number | null,
    NodeJS.Signals | null,
  ];
  expect(processEnd("browser", code, signal)).toMatchObject({ reason: "crash", signal: "SIGSEGV" });
});
