import { type ChildExit, describeExit } from "./child-exit.ts";

export type PoolErrorCode =
  /** The task itself failed; `payload` is the wire form that the child sent. */
  | "task-failed"
  /** The task's deadline passed, in the queue or in a child. */
  | "deadline"
  /** The task reported no progress for too long. */
  | "stalled"
  /** The caller's signal aborted the task. */
  | "cancelled"
  /** The child that ran the task died; `exit` says how. */
  | "worker-lost"
  /** No child could be started for too long, or the breaker is open; `exit` tells how the last start failed. */
  | "unavailable"
  /** The pool is closing. */
  | "closed";

/** Why `Pool.run` rejects. Match by `code`. */
export class PoolError extends Error {
  override readonly name = "PoolError";
  readonly code: PoolErrorCode;
  /** What a failed task's child sent as its error. Nobody has checked it. */
  readonly payload: unknown;
  /** The end of the child that the task ran in, or of the last that could not start. For the log: holds raw output. */
  readonly exit: ChildExit | undefined;

  constructor(
    code: PoolErrorCode,
    message: string,
    details: {
      readonly payload?: unknown;
      readonly exit?: ChildExit | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.payload = details.payload;
    this.exit = details.exit;
  }
}

export type UnansweredCode = "deadline" | "stalled" | "cancelled" | "unavailable" | "closed";

const MESSAGES: Record<UnansweredCode, string> = {
  deadline: "The task's deadline passed.",
  stalled: "The task made no progress for too long.",
  cancelled: "The task was cancelled.",
  unavailable: "No child process could be started.",
  closed: "The pool is closing.",
};

/** The error of a task that no child has answered for. */
export function poolError(code: UnansweredCode, cause?: unknown): PoolError {
  return new PoolError(code, MESSAGES[code], { cause });
}

/** The error of a task that no child could be had for. Its message is for the log: it may hold raw output. */
export function unavailableError(exit: ChildExit | undefined): PoolError {
  const why = exit === undefined ? "" : ` The last one ended: ${describeExit(exit)}`;
  return new PoolError("unavailable", `${MESSAGES.unavailable}${why}`, { exit });
}
