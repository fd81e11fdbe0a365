import { ProblemError } from "@framewright/contract";
import pino from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Job } from "../../src/work/jobs.ts";
import { type LaunchWatch, watchLaunches } from "../../src/startup/launch-watch.ts";
import { paceLaunches } from "../../src/startup/pace-launches.ts";
import type { Workers } from "../../src/work/workers.ts";

const log = pino({ level: "silent" });
const { signal } = new AbortController();
let watch: LaunchWatch;
let trial: ReturnType<typeof vi.fn<(signal: AbortSignal) => Promise<void>>>;

beforeEach(() => {
  trial = vi.fn(async () => undefined);
  watch = watchLaunches({ trial, log });
});
afterEach(() => watch.close());

const notStarted = (process: "browser" | "encoder" | "worker") =>
  new ProblemError("browser-failed", "It did not start.", {
    evidence: { exit: { process, reason: "start", code: null, signal: null } },
  });

function fail(times: number, process: "browser" | "encoder" = "browser"): void {
  for (let time = 0; time < times; time += 1) watch.note("chunk", notStarted(process));
}

test("the third failure in a row is a fault, until a trial succeeds", async () => {
  trial.mockRejectedValueOnce(new Error("not yet"));
  fail(2);
  expect(watch.fault).toBeNull();
  fail(1);
  expect(watch.fault).toBe("The browser did not start 3 times in a row.");
  await expect.poll(() => watch.fault, { timeout: 3_000 }).toBeNull();
  expect(trial).toHaveBeenCalledTimes(2);
});

test("a success in between tells that what it needed starts, and no more", () => {
  fail(2, "browser");
  fail(2, "encoder");
  watch.note("verify", null);
  watch.note("probe", null);
  fail(1, "browser");
  expect(watch.fault).toBeNull();
  fail(1, "encoder");
  expect(watch.fault).toBe("The encoder did not start 3 times in a row.");
});

test("what failed for another reason tells nothing of starts", () => {
  const crash = { process: "browser", reason: "crash", code: null, signal: "SIGSEGV" } as const;
  for (let time = 0; time < 5; time += 1) {
    watch.note("chunk", new ProblemError("browser-failed", "It crashed.", { evidence: { exit: crash } }));
    watch.note("chunk", new ProblemError("page-not-ready", "A font is missing."));
    watch.note("chunk", notStarted("worker"));
    watch.note("chunk", new Error("no problem"));
  }
  fail(2);
  expect(watch.fault).toBeNull();
});

test("a job waits during a fault, and is begun when it is over, or when the caller wants no more", async () => {
  const answer = Promise.withResolvers<void>();
  trial.mockReturnValue(answer.promise);
  const run = vi.fn(async () => ({}));
  const workers = paceLaunches({ run } as unknown as Workers, watch);
  // Only its kind is read: the workers are not real here.
  const job = { kind: "probe" } as Job & { kind: "probe" };
  const begin = (of: AbortSignal) =>
    workers.run(job, { deadline: Date.now() + 60_000, signal: of, priority: 0 });
  await begin(signal);
  expect(run).toHaveBeenCalledTimes(1);
  fail(3);
  const gone = new AbortController();
  const jobs = [begin(signal), begin(gone.signal)];
  await expect.poll(() => trial.mock.calls.length).toBe(1);
  expect(run).toHaveBeenCalledTimes(1);
  gone.abort();
  await jobs[1];
  expect(run).toHaveBeenCalledTimes(2);
  answer.resolve();
  await jobs[0];
  expect(run).toHaveBeenCalledTimes(3);
});

test("closing ends a trial that is under way", async () => {
  trial.mockImplementation(
    (ending) =>
      new Promise((_, reject) => ending.addEventListener("abort", () => reject(ending.reason as Error))),
  );
  fail(3);
  await expect.poll(() => trial.mock.calls.length).toBe(1);
  await watch.close();
  expect(trial).toHaveBeenCalledTimes(1);
});
