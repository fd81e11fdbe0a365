import { setTimeout as delay } from "node:timers/promises";

import { type RenderEvent, RenderEventSchema } from "@framewright/contract";

import { ClientError, localFault } from "./client-error.ts";
import { readEventData } from "./sse.ts";
import type { Transport } from "./transport.ts";

/** The service sends a heartbeat every 15 s: after two missing ones the connection is dead. */
const IDLE_TIMEOUT_MS = 40_000;
const OPEN_TIMEOUT_MS = 30_000;
/** About 15 s of trying. */
const MAX_RETRIES = 6;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 8000;
/** A connection that lived this long was a good one, also when nothing happened meanwhile. */
const GOOD_CONNECTION_MS = 15_000;

export interface EventsOptions {
  /** Only events with a greater id. (Default: 0, all that are retained) */
  readonly afterId?: number;
  readonly signal?: AbortSignal | undefined;
  /** How long the stream may be silent before it is opened anew. (Default: 40,000) */
  readonly idleTimeoutMs?: number;
  /** How often in a row the stream may be opened anew without bringing a new event. (Default: 6) */
  readonly maxRetries?: number;
}

async function* readOnce(
  transport: Transport,
  renderId: string,
  afterId: number,
  { signal, idleTimeoutMs = IDLE_TIMEOUT_MS }: EventsOptions,
): AsyncGenerator<RenderEvent, void, void> {
  const chunks = transport.stream(
    {
      method: "GET",
      path: `v1/renders/${encodeURIComponent(renderId)}/events`,
      headers: {
        accept: "text/event-stream",
        ...(afterId > 0 && { "last-event-id": String(afterId) }),
      },
      timeoutMs: OPEN_TIMEOUT_MS,
      signal,
    },
    idleTimeoutMs,
  );
  for await (const data of readEventData(chunks)) yield parseEvent(data);
}

function parseEvent(data: string): RenderEvent {
  try {
    return RenderEventSchema.parse(JSON.parse(data));
  } catch (cause) {
    throw localFault("response-invalid", "An event of the render has another shape.", cause);
  }
}

function mayResume(error: unknown): error is ClientError {
  return error instanceof ClientError && error.problem.retryable;
}

function backoffMs(failures: number, error: ClientError): number {
  const growing = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
  const jittered = growing * (0.5 + Math.random() / 2);
  return Math.max(jittered, Math.min(error.retryAfterMs ?? 0, MAX_BACKOFF_MS));
}

/** Waits; an abort throws the signal's own reason. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

interface Position {
  lastId: number;
  /** Attempts in a row that brought nothing new. */
  failures: number;
}

/** One connection's events, without those seen before. */
async function* readNew(
  transport: Transport,
  renderId: string,
  position: Position,
  options: EventsOptions,
): AsyncGenerator<RenderEvent, void, void> {
  for await (const event of readOnce(transport, renderId, position.lastId, options)) {
    if (event.id <= position.lastId) continue;
    position.lastId = event.id;
    position.failures = 0;
    yield event;
  }
}

/**
 * A render's events in order, each once, up to and including `finished`. A lost connection is resumed after
 * the last event seen; throws ClientError when that keeps failing, and the signal's reason when aborted.
 */
export async function* followEvents(
  transport: Transport,
  renderId: string,
  options: EventsOptions = {},
): AsyncGenerator<RenderEvent, void, void> {
  const { afterId = 0, maxRetries = MAX_RETRIES, signal } = options;
  const position: Position = { lastId: afterId, failures: 0 };
  for (;;) {
    const openedAt = performance.now();
    let failure = localFault("connection-failed", "The event stream ended before the render did.");
    try {
      for await (const event of readNew(transport, renderId, position, options)) {
        yield event;
        if (event.type === "finished") return;
      }
    } catch (error) {
      if (!mayResume(error)) throw error;
      failure = error;
    }
    if (performance.now() - openedAt > GOOD_CONNECTION_MS) position.failures = 0;
    position.failures += 1;
    if (position.failures > maxRetries) throw failure;
    await pause(backoffMs(position.failures, failure), signal);
  }
}
