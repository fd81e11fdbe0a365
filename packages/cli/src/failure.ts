import { ClientError } from "@framewright/client";
import { isProblemError, type Problem, toProblem } from "@framewright/contract";

export const EXIT = { ok: 0, failed: 1, badInput: 2 } as const;

type LocalProblem = Pick<Problem, "code" | "title" | "detail" | "remedy" | "owner">;

/** What ends a command: a problem in the service's own form, and the exit code that goes with it. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly problem: Problem;
  readonly exitCode: number;

  constructor(problem: Problem, exitCode: number, cause?: unknown) {
    super(problem.detail, { cause });
    this.problem = problem;
    this.exitCode = exitCode;
  }
}

function local(fields: LocalProblem): Problem {
  return { type: `urn:framewright:problem:${fields.code}`, status: 0, retryable: false, ...fields };
}

/** Something is wrong with the command line or the files it names: exit 2. */
export function badInput(detail: string, remedy: string, cause?: unknown): CommandError {
  const fields = { code: "bad-input", title: "The input cannot be used", detail, remedy, owner: "caller" };
  return new CommandError(local({ ...fields, owner: "caller" }), EXIT.badInput, cause);
}

/** Something failed on this machine: exit 1. */
export function localFailure(detail: string, remedy: string, cause?: unknown): CommandError {
  const fields = { code: "local-failure", title: "The command failed", detail, remedy };
  return new CommandError(local({ ...fields, owner: "system" }), EXIT.failed, cause);
}

/** The reason of the runtime's signal. Exit codes as a shell gives them: 128 and the signal's number. */
export function interrupted(signal: "SIGINT" | "SIGTERM"): CommandError {
  const fields = {
    code: "interrupted",
    title: "Interrupted",
    detail: `The command was ended by ${signal}.`,
    remedy: "Run it again when it is wanted.",
  };
  return new CommandError(local({ ...fields, owner: "caller" }), signal === "SIGINT" ? 130 : 143);
}

/** The caller's own mistakes exit 2, unless the same request may succeed later; all else exits 1. */
export function ofProblem(problem: Problem, cause?: unknown): CommandError {
  const isBadInput = problem.owner === "caller" && !problem.retryable;
  return new CommandError(problem, isBadInput ? EXIT.badInput : EXIT.failed, cause);
}

/** Anything thrown, as what ends the command. */
export function asCommandError(error: unknown, signal: AbortSignal): CommandError {
  if (signal.aborted && signal.reason instanceof CommandError) return signal.reason;
  if (error instanceof CommandError) return error;
  if (error instanceof ClientError) return ofProblem(error.problem, error);
  if (isProblemError(error)) return ofProblem(toProblem(error), error);
  const detail = error instanceof Error ? error.message : String(error);
  return localFailure(detail, "Run `framewright doctor`. If it persists, report it.", error);
}
