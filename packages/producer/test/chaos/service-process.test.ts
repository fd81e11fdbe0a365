import { expect, test } from "vitest";

import { readLogLine } from "../../src/chaos/log-line.ts";
import { startServiceProcess } from "../../src/chaos/service-process.ts";
import { readEnvironment } from "../../src/config.ts";
import { openFolder } from "../e2e/machine.ts";
import { processTree, stop, survivors, until } from "../e2e/process-tree.ts";

const LONG_MS = 90_000;
const APPEAR_MS = 5_000;
const env = readEnvironment({ PRODUCER_WORKERS: "1", PRODUCER_MIN_FREE_BYTES: "0" });
const { signal } = new AbortController();

test("a line of the log that was cut short says nothing", () => {
  expect(readLogLine('{"level":"info","msg":"rea')).toBeNull();
  expect(readLogLine("listening")).toBeNull();
  expect(readLogLine('{"level":"info"}')).toBeNull();
  expect(readLogLine('{"level":"info","msg":"ready","url":"http://a"}')).toMatchObject({ url: "http://a" });
});

test("what outlives an ended service is killed with it", { timeout: LONG_MS }, async () => {
  await using folder = await openFolder();
  const service = await startServiceProcess(folder.dir, env, signal);
  try {
    const [worker] = await until(
      () => processTree(service.pid),
      (found) => found.length > 0,
      APPEAR_MS,
    );
    if (!worker) throw new Error("the service has no worker");
    // One that is stopped does not notice the end of its service.
    await stop(worker.pid);
    expect(await service.end("SIGKILL", APPEAR_MS)).toBe("SIGKILL");
    expect(await survivors([worker])).toEqual([worker]);
    await service.kill();
    expect(await survivors([worker])).toEqual([]);
  } finally {
    await service.kill();
  }
});

test("a service that does not end in time is said not to", { timeout: LONG_MS }, async () => {
  await using folder = await openFolder();
  const service = await startServiceProcess(folder.dir, env, signal);
  try {
    process.kill(service.pid, "SIGSTOP");
    await expect(service.end("SIGTERM", 200)).rejects.toThrow("the service did not end within 0.2 s");
  } finally {
    await service.kill();
  }
  expect(service.isAlive()).toBe(false);
});
