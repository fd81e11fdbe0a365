import { asProblemError, ProblemError } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import type { SseMessage } from "../http/sse.ts";
import { logError } from "../http/error-answer.ts";
import type { Log } from "../log.ts";
import type { Admission } from "./admit.ts";
import { deliver, type Delivery } from "./deliver.ts";
import { type Course, describeFailure, elapsedMs } from "./failure.ts";
import { progressMessage } from "./progress.ts";
import type { OutputTokens } from "./token.ts";

type Step = ReturnType<typeof progressMessage> | ({ readonly type: "complete" } & Delivery);

/** Yields a render's progress and keeps `course` up to date; the last step is `complete`. Throws the render's problem. */
export async function* follow(
  admission: Admission,
  course: Course,
  signal: AbortSignal,
  deps: AppDeps,
  tokens: OutputTokens,
): AsyncGenerator<Step, void, undefined> {
  const { render, tenant } = admission;
  for await (const event of deps.renders.events(render.id, 0, signal, tenant, true)) {
    if (event.type === "finished") {
      yield { type: "complete", ...(await deliver(event.render, admission, deps, tokens)) };
      return;
    }
    if (event.type === "progress") {
      course.stage = event.progress.stage;
      yield progressMessage(event.progress);
    }
  }
  signal.throwIfAborted();
  // Its client gets this answer, and nobody else waits for it.
  const problem = new ProblemError("shutting-down", "The service shut down before the render was done.");
  await deps.renders.cancel(render.id, problem.message, tenant);
  throw problem;
}

function lastMessage(error: unknown, course: Course) {
  const { error: message, code, remedy, stage } = describeFailure(error, course);
  if (asProblemError(error).code === "cancelled") return { type: "cancelled", stage, message };
  return { type: "error", error: message, stage, elapsedMs: elapsedMs(course), code, remedy };
}

/** A render as the messages of POST /render/stream; always ends with `complete`, `cancelled` or `error`. */
export async function* streamMessages(
  steps: AsyncIterable<Step>,
  course: Course,
  log: Log,
): AsyncGenerator<SseMessage> {
  const message = (data: object): SseMessage => ({ data: { ...data, requestId: course.requestId } });
  try {
    for await (const step of steps) yield message(step);
  } catch (error) {
    logError(log, error, course.requestId);
    yield message(lastMessage(error, course));
  }
}
