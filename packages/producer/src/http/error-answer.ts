import { asProblemError, PROBLEMS } from "@framewright/contract";
import type { Context } from "hono";

import type { Log } from "../log.ts";
import type { AppEnv } from "./env.ts";
import { problemResponse } from "./problem-response.ts";

/** Logs an error that is ours with its stack and cause; what the caller did is in the access log already. */
export function logError(log: Log, error: unknown, requestId: string): void {
  const { status } = PROBLEMS[asProblemError(error).code];
  if (status < 500) return;
  log.error({ err: error, requestId }, "request failed");
}

export function answerErrors(log: Log) {
  return (error: unknown, c: Context<AppEnv>): Response => {
    const requestId = c.get("requestId");
    logError(log, error, requestId);
    return problemResponse(error, requestId);
  };
}
