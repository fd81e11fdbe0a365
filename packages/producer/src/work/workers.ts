import { fromWireError, ProblemError, WireErrorSchema } from "@framewright/contract";
import { type Pool, PoolError } from "@framewright/pool";

import type { JobProgress, Jobs } from "./jobs.ts";

export interface RunOptions {
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** Higher first. */
  readonly priority: number;
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

/** What each of the pool's errors is to a caller. */
const REASONS: Record<PoolError["code"], (error: PoolError, signal: AbortSignal) => unknown> = {
  "task-failed": jobFailure,
  deadline: (cause) =>
    new ProblemError("render-timeout", "The work was not done when its time was over.", { cause }),
  stalled: (cause) => new ProblemError("page-unresponsive", "No frame was finished for too long.", { cause }),
  cancelled: (_, signal) => signal.reason,
  "worker-lost": (error) =>
    new ProblemError("worker-lost", lostDetail(error), { cause: error.exit?.stderrTail ?? error }),
  unavailable: (cause) =>
    new ProblemError("worker-unavailable", "No render worker could be started.", { cause }),
  closed: (cause) => new ProblemError("shutting-down", "The service is shutting down.", { cause }),
};

export function createWorkers(pool: Pool): Workers {
  return {
    run: async (job, { onProgress, ...options }) => {
      try {
        // A worker answers a job of a kind with that kind's result; both sides run the same code.
        return (await pool.run(job, {
          ...options,
          onProgress: (progress) => onProgress?.(progress as JobProgress),
        })) as never;
      } catch (error) {
        throw error instanceof PoolError ? REASONS[error.code](error, options.signal) : error;
      }
    },
  };
}
