import {
  type Evidence,
  fromWireError,
  type ProcessEnd,
  ProblemError,
  WireErrorSchema,
} from "@framewright/contract";
import { type Pool, PoolError } from "@framewright/pool";

import type { JobProgress, Jobs } from "./jobs.ts";

export interface RunOptions {
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** Higher first. */
  readonly priority: number;
  /** Called when a worker has taken the job. */
  readonly onStarted?: () => void;
  readonly onProgress?: (progress: JobProgress) => void;
  /** A job without progress for this long is stuck. */
  readonly stallTimeoutMs?: number;
}

/** The render workers, as the flow of a render sees them. */
export interface Workers {
  run<K extends keyof Jobs>(
    job: Jobs[K]["job"] & { kind: K },
    options: RunOptions,
  ): Promise<Jobs[K]["result"]>;
}

function lostDetail({ exit }: PoolError): string {
  if (!exit) return "The process that rendered it ended.";
  const how = exit.signal ? `was killed by ${exit.signal}` : `ended with code ${exit.code ?? "unknown"}`;
  return `The process that rendered it ${how} (${exit.reason}).`;
}

/** What the job itself threw. */
function jobFailure({ payload }: PoolError): ProblemError {
  const wire = WireErrorSchema.safeParse(payload);
  return wire.success
    ? fromWireError(wire.data)
    : new ProblemError("internal", "An unexpected error occurred.", { cause: payload });
}

interface Circumstances {
  readonly signal: AbortSignal;
  /** What is known of the page. */
  readonly evidence: Evidence;
}

function lost(error: PoolError, { evidence }: Circumstances): ProblemError {
  const { exit } = error;
  const cause = exit?.stderrTail || error;
  if (!exit) return new ProblemError("worker-lost", lostDetail(error), { evidence, cause });
  const { reason, code, signal } = exit;
  const end: ProcessEnd = { process: "worker", reason, code, signal };
  return new ProblemError("worker-lost", lostDetail(error), { evidence: { ...evidence, exit: end }, cause });
}

/** What each of the pool's errors is to a caller. */
const REASONS: Record<PoolError["code"], (error: PoolError, circumstances: Circumstances) => unknown> = {
  "task-failed": jobFailure,
  deadline: (cause) =>
    new ProblemError("render-timeout", "The work was not done when its time was over.", { cause }),
  stalled: (cause, { evidence }) =>
    new ProblemError(
      "page-unresponsive",
      "No frame was finished within the time that any page may take for one.",
      { evidence, cause },
    ),
  cancelled: (_, { signal }) => signal.reason,
  "worker-lost": lost,
  unavailable: (cause) =>
    new ProblemError("worker-unavailable", "No render worker could be started.", { cause }),
  closed: (cause) => new ProblemError("shutting-down", "The service is shutting down.", { cause }),
};

export function createWorkers(pool: Pool): Workers {
  return {
    run: async (job, { onProgress, ...options }) => {
      let evidence: Evidence = {};
      const note = (progress: JobProgress): void => {
        if (progress.console) evidence = { console: [...progress.console] };
        onProgress?.(progress);
      };
      try {
        // A worker answers a job of a kind with that kind's result; both sides run the same code.
        return (await pool.run(job, {
          ...options,
          onProgress: (progress) => note(progress as JobProgress),
        })) as never;
      } catch (error) {
        throw error instanceof PoolError
          ? REASONS[error.code](error, { signal: options.signal, evidence })
          : error;
      }
    },
  };
}
