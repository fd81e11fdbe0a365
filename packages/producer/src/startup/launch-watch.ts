import { isProblemError } from "@framewright/contract";

import { backoffMs, pause } from "../health/backoff.ts";
import type { Log } from "../log.ts";
import type { Job } from "../work/jobs.ts";

/** One or two starts may fail of a moment's shortage; a third in a row says that the next will too. */
const MAX_FAILURES = 3;
/** How long a job waits for starts to succeed again before it is tried all the same, and tells what is wrong. */
const MAX_WAIT_MS = 30_000;

export interface LaunchWatch {
  /** What does not start, in words; null while nothing is known to be wrong. */
  readonly fault: string | null;
  /** Settles at once while all is well, else once a trial has succeeded, 30 s have passed, or the signal aborts. */
  whenLaunchable(signal: AbortSignal): Promise<void>;
  /** Takes how a job ended: with what it threw, or null. */
  note(kind: Job["kind"], failure: unknown): void;
  /** Ends a trial that is under way. */
  close(): Promise<void>;
}

export interface LaunchWatchOptions {
  /** Starts the browser and the encoder once; rejects when one does not start. */
  readonly trial: (signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** What a job that is done has started. */
const STARTS = {
  probe: ["browser"],
  chunk: ["browser", "encoder"],
  sound: [],
  assemble: [],
  verify: [],
} as const satisfies Record<Job["kind"], readonly ("browser" | "encoder")[]>;

/** What did not start, when a job failed because of that. */
function notStarted(failure: unknown): "browser" | "encoder" | null {
  const exit = isProblemError(failure) ? failure.evidence?.exit : undefined;
  return exit?.reason === "start" && exit.process !== "worker" ? exit.process : null;
}

/**
 * Watches whether browsers and encoders start: workers that are ready tell nothing of it, for each job starts its own.
 * After three failures in a row it tries by itself, less and less often, until a start succeeds.
 */
export function watchLaunches({ trial, log }: LaunchWatchOptions): LaunchWatch {
  const closing = new AbortController();
  const failures = { browser: 0, encoder: 0 };
  let fault: string | null = null;
  let mended = Promise.resolve();
  /** Since a job last succeeded: where trials succeed and jobs do not, the jobs wait longer and longer too. */
  let trials = 0;

  const succeeds = async (): Promise<boolean> => {
    try {
      await trial(closing.signal);
      return true;
    } catch (error) {
      if (!closing.signal.aborted) log.warn({ err: error }, "a trial start of browser and encoder failed");
      return false;
    }
  };
  const tryUntilMended = async (): Promise<void> => {
    do await pause(backoffMs((trials += 1)), closing.signal);
    while (!closing.signal.aborted && !(await succeeds()));
    Object.assign(failures, { browser: 0, encoder: 0 });
    fault = null;
  };

  return {
    get fault() {
      return fault;
    },
    async whenLaunchable(signal) {
      if (fault === null) return;
      const waited = new AbortController();
      await Promise.race([mended, pause(MAX_WAIT_MS, AbortSignal.any([signal, waited.signal]))]);
      waited.abort();
    },
    note(kind, failure) {
      if (failure === null) {
        for (const started of STARTS[kind]) failures[started] = 0;
        if (kind === "chunk") trials = 0;
        return;
      }
      const what = notStarted(failure);
      if (what === null) return;
      failures[what] += 1;
      if (failures[what] < MAX_FAILURES || fault !== null) return;
      fault = `The ${what} did not start ${MAX_FAILURES} times in a row.`;
      mended = tryUntilMended();
    },
    close: () => {
      closing.abort();
      return mended;
    },
  };
}
