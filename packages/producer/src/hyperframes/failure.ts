import { asProblemError, type HyperframesFailure, PROBLEMS } from "@framewright/contract";
import type { Context } from "hono";

import { logError } from "../http/error-answer.ts";
import type { AppEnv } from "../http/env.ts";
import { problemHeaders } from "../http/retry-after.ts";
import type { Log } from "../log.ts";

/** How far a render of these routes has come. */
export interface Course {
  readonly requestId: string;
  readonly startedAt: number;
  stage?: string;
}

export function elapsedMs({ startedAt }: Course): number {
  return Math.round(performance.now() - startedAt);
}

/** An error as these routes' clients read it. */
export function describeFailure(error: unknown, course: Course): HyperframesFailure {
  const { code, message } = asProblemError(error);
  const { remedy, retryable } = PROBLEMS[code];
  return {
    success: false,
    requestId: course.requestId,
    error: message,
    ...(course.stage !== undefined && { stage: course.stage }),
    durationMs: elapsedMs(course),
    code,
    remedy,
    retryable,
  };
}

/** Runs a route of theirs; an error becomes their kind of answer, with our status. */
export async function answerFailures(
  c: Context<AppEnv>,
  log: Log,
  answer: (course: Course) => Promise<Response>,
): Promise<Response> {
  const course: Course = { requestId: c.get("requestId"), startedAt: performance.now() };
  try {
    return await answer(course);
  } catch (error) {
    logError(log, error, course.requestId);
    return Response.json(describeFailure(error, course), {
      status: PROBLEMS[asProblemError(error).code].status,
      headers: problemHeaders(error),
    });
  }
}
