import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, it } from "vitest";

import { fixture } from "./harness.ts";

it("fault 35: a start without free file descriptors backs off, and recovers when they return", async () => {
  const script = 'ulimit -n 64 && exec "$0" "$1"';
  const { stdout } = await promisify(execFile)(
    "/bin/sh",
    ["-c", script, process.execPath, fileURLToPath(fixture("few-descriptors"))],
    { env: {}, timeout: 25_000, killSignal: "SIGKILL" },
  );
  const seen = JSON.parse(stdout) as { failures: number; maxDelayMs: number; result: unknown };
  // Starts at 0, 0.2 and 0.6 s: on a timer, not as fast as it can.
  expect(seen.failures).toBeGreaterThanOrEqual(2);
  expect(seen.failures).toBeLessThanOrEqual(4);
  expect(seen.maxDelayMs).toBeLessThan(500);
  expect(seen.result).toMatchObject({ value: 7 });
});
