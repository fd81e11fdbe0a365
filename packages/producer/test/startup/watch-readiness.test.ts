import { tmpdir } from "node:os";

import type { Pool } from "@framewright/pool";
import pino from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Heartbeat, startHeartbeat } from "../../src/health/heartbeat.ts";
import { readReadiness } from "../../src/health/readiness.ts";
import { createUntouchedWork } from "../../src/health/untouched-work.ts";
import { type ReadinessWatch, watchReadiness, type WatchOptions } from "../../src/startup/watch-readiness.ts";

const IDLE = { hasStartable: false, expectsProgress: false };
const pool = { launchable: true, snapshot: () => ({ failures: 0, lastExit: undefined }) } as Pool;

let heartbeat: Heartbeat;
let watch: ReadinessWatch | undefined;
beforeEach(() => (heartbeat = startHeartbeat()));
afterEach(() => {
  watch?.close();
  heartbeat.close();
  vi.useRealTimers();
});

function open(options: Partial<WatchOptions>): void {
  heartbeat.setCause("starting", false);
  watch = watchReadiness({
    database: { fault: null },
    side: { pool, launches: { fault: null } },
    heartbeat,
    work: createUntouchedWork({ boundMs: 60_000, silenceMs: 60_000 }),
    viewWork: () => IDLE,
    dataDir: tmpdir(),
    minFreeBytes: 0,
    maxMemoryPercent: 95,
    log: pino({ level: "silent" }),
    ...options,
  });
}

const causes = () => readReadiness(heartbeat.pulse, Infinity).causes.map(({ code }) => code);

test.each([1, 5, 95])(
  "a bound of %i percent of the memory goes on and off again",
  async (maxMemoryPercent) => {
    let usedBytes = maxMemoryPercent * 100;
    open({ maxMemoryPercent, readMemory: async () => ({ usedBytes, limitBytes: 10_000 }) });
    await expect.poll(causes, { timeout: 3_000 }).toEqual(["memory-exhausted"]);
    expect(watch?.refusal()).toMatchObject({ code: "memory-exhausted" });
    usedBytes = maxMemoryPercent * 94;
    await expect.poll(causes, { timeout: 3_000 }).toEqual([]);
    expect(watch?.refusal()).toBeNull();
  },
);

test("memory that cannot be read is logged once, and once more after it could be read", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const refuse = () => Promise.reject(Object.assign(new Error("refused"), { code: "EACCES" }));
  const readMemory = vi.fn<NonNullable<WatchOptions["readMemory"]>>(refuse);
  const log = pino({ level: "silent" });
  const error = vi.spyOn(log, "error");
  const look = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  open({ readMemory, log });
  await look(5);
  expect(readMemory.mock.calls.length).toBeGreaterThan(4);
  expect(error).toHaveBeenCalledTimes(1);
  readMemory.mockResolvedValueOnce(null);
  await look(5);
  expect(error).toHaveBeenCalledTimes(2);
});

test("while browsers do not start, the service is not ready and refuses work", () => {
  open({ side: { pool, launches: { fault: "The browser did not start 3 times in a row." } } });
  expect(causes()).toEqual(["launch-failing"]);
  expect(watch?.refusal()).toMatchObject({
    code: "worker-unavailable",
    message: "The browser did not start 3 times in a row.",
  });
});

test("while the database is away, the service is not ready and refuses work, and both end with it", async () => {
  const database: { fault: string | null } = { fault: "The database does not answer." };
  open({ database });
  expect(causes()).toEqual(["database-unreachable"]);
  expect(watch?.refusal()).toMatchObject({
    code: "database-unavailable",
    message: "The database does not answer.",
  });
  database.fault = null;
  expect(watch?.refusal()).toBeNull();
  await expect.poll(causes, { timeout: 3_000 }).toEqual([]);
});

test("where no work is done, none is missed: only what is shared keeps it from being ready", () => {
  open({ side: null, viewWork: () => ({ hasStartable: true, expectsProgress: true }) });
  expect(causes()).toEqual([]);
  expect(watch?.refusal()).toBeNull();
});
