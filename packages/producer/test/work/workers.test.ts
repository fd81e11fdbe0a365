import { isProblemError, ProblemError, toWireError } from "@framewright/contract";
import { type Pool, PoolError } from "@framewright/pool";
import { describe, expect, it } from "vitest";

import { createWorkers } from "../../src/work/workers.ts";

/** What a caller of the workers gets when the pool rejects with an error. */
async function rejection(
  error: unknown,
  signal: AbortSignal = new AbortController().signal,
): Promise<unknown> {
  const run = async (): Promise<never> => {
    throw error;
  };
  const pool = { run } as unknown as Pool;
  const job = { kind: "verify" } as never;
  return createWorkers(pool)
    .run(job, { deadline: Date.now() + 1000, signal, priority: 0 })
    .then(
      () => "resolved",
      (reason: unknown) => reason,
    );
}

async function codeOf(error: unknown): Promise<string> {
  const reason = await rejection(error);
  return isProblemError(reason) ? reason.code : `no problem: ${String(reason)}`;
}

describe("An error of the pool is a problem to the caller", () => {
  it.each([
    ["deadline", "render-timeout"],
    ["stalled", "page-unresponsive"],
    ["worker-lost", "worker-lost"],
    ["unavailable", "worker-unavailable"],
    ["closed", "shutting-down"],
  ] as const)("%s becomes %s", async (pool, problem) => {
    expect(await codeOf(new PoolError(pool, "why"))).toBe(problem);
  });

  it("a job's own problem keeps its code and its words", async () => {
    const payload = toWireError(new ProblemError("page-not-ready", "It waits for a font."));
    const reason = await rejection(new PoolError("task-failed", "why", { payload }));
    expect(reason).toMatchObject({ code: "page-not-ready", message: "It waits for a font." });
  });

  it("what is no problem tells the caller nothing", async () => {
    const reason = await rejection(
      new PoolError("task-failed", "why", { payload: { stack: "/secret/path" } }),
    );
    expect(reason).toMatchObject({ code: "internal", message: "An unexpected error occurred." });
  });

  it("says how the process ended, and keeps its output for the log", async () => {
    const exit = { reason: "crashed", code: null, signal: "SIGSEGV", stderrTail: "segfault" } as never;
    const reason = await rejection(new PoolError("worker-lost", "why", { exit }));
    expect(reason).toMatchObject({ cause: "segfault" });
    expect(String(reason)).toContain("was killed by SIGSEGV");
    expect(String(reason)).not.toContain("segfault");
  });

  it("an aborted signal gives its own reason", async () => {
    const why = new ProblemError("render-timeout", "Its time is over.");
    expect(await rejection(new PoolError("cancelled", "why"), AbortSignal.abort(why))).toBe(why);
  });
});

it("an error that is not the pool's passes unchanged", async () => {
  const error = new TypeError("a fault of ours");
  expect(await rejection(error)).toBe(error);
});
