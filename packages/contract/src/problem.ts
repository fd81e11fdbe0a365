import { z } from "zod";

import { PROBLEMS } from "./problem-catalogue.ts";

export type ProblemCode = keyof typeof PROBLEMS;

export function isProblemCode(value: unknown): value is ProblemCode {
  return typeof value === "string" && Object.hasOwn(PROBLEMS, value);
}

/** How a process that worked on the composition ended. */
const ProcessEndSchema = z.object({
  process: z.enum(["worker", "browser", "encoder"]),
  reason: z.string().meta({ description: "What it ended of.", example: "oom" }),
  code: z.int().nullable(),
  signal: z.string().nullable(),
});
export type ProcessEnd = z.infer<typeof ProcessEndSchema>;

/** Facts that help to mend a fault of the composition; shown to the caller, so never a local path. */
export const EvidenceSchema = z.object({
  console: z.array(z.string()).optional().meta({ description: "The page's last console lines." }),
  pending: z.array(z.string()).optional().meta({ description: "What the page was still waiting for." }),
  exit: ProcessEndSchema.optional().meta({ description: "How the process that was lost ended." }),
  stderr: z.array(z.string()).optional().meta({ description: "The last lines that it wrote." }),
  lastFrame: z.int().optional().meta({ description: "The last frame that was captured." }),
});
export type Evidence = z.infer<typeof EvidenceSchema>;

const FieldErrorSchema = z.object({
  path: z.string().meta({ description: "Where in the request, e.g. `range.startFrame`." }),
  message: z.string(),
});
export type FieldError = z.infer<typeof FieldErrorSchema>;

/** An error as sent: problem details (RFC 9457) with what to do about it. */
export const ProblemSchema = z
  .object({
    type: z.string().meta({ description: "Identifies the kind of problem, as a URN." }),
    code: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    remedy: z.string(),
    retryable: z.boolean(),
    owner: z.enum(["composition", "caller", "system"]),
    requestId: z.string().optional(),
    errors: z.array(FieldErrorSchema).optional(),
    evidence: EvidenceSchema.optional(),
  })
  .meta({ id: "Problem", description: "Problem details (RFC 9457)." });
export type Problem = z.infer<typeof ProblemSchema>;

export interface ProblemOptions {
  readonly evidence?: Evidence | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For the log only: never sent to the caller. */
  readonly cause?: unknown;
}

/** An error with two faces: `code` and `detail` go to the caller, `cause` and the stack to the log. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly evidence: Evidence | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.evidence = options.evidence;
    this.errors = options.errors;
    this.headers = options.headers;
  }
}

/** Matches by code, so that an error from another bundle or realm is recognised too. */
export function isProblemError(error: unknown): error is ProblemError {
  return error instanceof Error && "code" in error && isProblemCode(error.code);
}

/** What is not a problem yet becomes `internal`; its own message stays in the log. */
export function asProblemError(error: unknown): ProblemError {
  if (isProblemError(error)) return error;
  return new ProblemError("internal", "An unexpected error occurred.", { cause: error });
}

/** The same problem with more evidence. */
export function withEvidence(problem: ProblemError, more: Evidence): ProblemError {
  const { code, message, evidence, errors, headers, cause } = problem;
  return new ProblemError(code, message, { evidence: { ...evidence, ...more }, errors, headers, cause });
}

/** The form in which an error is sent to a caller. */
export function toProblem(error: unknown, requestId?: string): Problem {
  const { code, message, errors, evidence } = asProblemError(error);
  const { status, title, remedy, retryable, owner } = PROBLEMS[code];
  return {
    type: `urn:framewright:problem:${code}`,
    code,
    title,
    status,
    detail: message,
    remedy,
    retryable,
    owner,
    ...(requestId !== undefined && { requestId }),
    ...(errors && { errors: [...errors] }),
    ...(evidence && { evidence }),
  };
}

/** The form in which an error crosses a process boundary. */
export const WireErrorSchema = z.object({
  code: z.string(),
  detail: z.string(),
  evidence: EvidenceSchema.optional(),
  /** For the log of the receiving process. */
  stack: z.string().optional(),
});
export type WireError = z.infer<typeof WireErrorSchema>;

export function toWireError(error: unknown): WireError {
  const { code, message, evidence, cause, stack } = asProblemError(error);
  const log = cause instanceof Error ? cause.stack : typeof cause === "string" ? cause : stack;
  return { code, detail: message, ...(evidence && { evidence }), ...(log && { stack: log }) };
}

export function fromWireError({ code, detail, evidence, stack }: WireError): ProblemError {
  return new ProblemError(isProblemCode(code) ? code : "internal", detail, { evidence, cause: stack });
}
