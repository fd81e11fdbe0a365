import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { openFolder } from "../e2e/machine.ts";
import { processesNaming, processTree, survivors, until } from "../e2e/process-tree.ts";
import { testEnvironment } from "../e2e/producer.ts";
import { FROM_SOURCE } from "../e2e/producer-process.ts";
import { findFreePort, isListening } from "../health/support.ts";

const EXIT_WITHIN_MS = 3_000;
const STEP_MS = 40;
const UP_TO_MS = 200;

/** Says when the service can first hear a signal. */
const TELL_WHEN_ARMED =
  "data:text/javascript,import{writeSync}from'node:fs';process.on('newListener',(name)=>name==='SIGTERM'%26%26writeSync(1,'armed\\n'))";

/** Starts the service, and ends it so long after it can hear a signal; gives how it ended, and what is left. */
async function endEarly(delayMs: number) {
  await using folder = await openFolder();
  const [port, healthPort] = [await findFreePort(), await findFreePort()];
  const env = { PRODUCER_PORT: String(port), PRODUCER_HEALTH_PORT: String(healthPort) };
  const child = spawn(process.execPath, ["--import", TELL_WHEN_ARMED, FROM_SOURCE], {
    cwd: folder.dir,
    env: { ...process.env, ...(await testEnvironment(folder.dir)), ...env },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  const exit = once(child, "exit");
  await once(child.stdout, "data");
  await sleep(delayMs);
  const tree = await processTree(child.pid ?? 0);
  const toldAt = performance.now();
  child.kill("SIGTERM");
  const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
  const tookMs = performance.now() - toldAt;
  const left = await until(
    async () => [...(await survivors(tree)), ...(await processesNaming(folder.dir))],
    (found) => found.length === 0,
    EXIT_WITHIN_MS,
  );
  const listening = [await isListening(port), await isListening(healthPort)];
  return { tookMs, end: { delayMs, code, signal, left, listening } };
}

test("F16: SIGTERM 0 to 200 ms into the start", { timeout: 120_000 }, async (context) => {
  let longestMs = 0;
  for (let delayMs = 0; delayMs <= UP_TO_MS; delayMs += STEP_MS) {
    const { tookMs, end } = await endEarly(delayMs);
    expect(end).toEqual({ delayMs, code: 0, signal: null, left: [], listening: [false, false] });
    longestMs = Math.max(longestMs, tookMs);
  }
  expectRecovery(context, longestMs, EXIT_WITHIN_MS);
});
