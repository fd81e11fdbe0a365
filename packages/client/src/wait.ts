import type { Render, RenderEvent } from "@framewright/contract";

import { ClientError, localFault } from "./client-error.ts";

/** Beyond the render's own deadline: for cancelling, cleaning up and telling. */
const GRACE_MS = 60_000;
/** The longest delay that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Is called for every event, in order. */
  readonly onEvent?: (event: RenderEvent) => void;
}

export interface RenderSource {
  get(id: string, options: { signal?: AbortSignal | undefined }): Promise<Render>;
  events(id: string, options: { signal?: AbortSignal | undefined }): AsyncIterable<RenderEvent>;
}

/** By the service's clock on both sides, so that this machine's does not matter. */
function remainingMs(render: Render): number {
  return Math.min(MAX_TIMER_MS, Date.parse(render.deadline) - Date.parse(render.createdAt) + GRACE_MS);
}

/** Follows a render to its end, at the latest a minute after its deadline, and returns it finished. */
export async function waitUntilFinished(
  source: RenderSource,
  id: string,
  { signal, onEvent }: WaitOptions = {},
): Promise<Render> {
  const render = await source.get(id, { signal });
  const timeout = AbortSignal.timeout(remainingMs(render));
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    for await (const event of source.events(id, { signal: either })) {
      onEvent?.(event);
      if (event.type === "finished") return event.render;
    }
  } catch (error) {
    if (error instanceof ClientError || !timeout.aborted || signal?.aborted) throw error;
    throw localFault("request-timeout", "The render did not finish by its deadline.", error);
  }
  throw localFault("response-invalid", "The render's events ended without a result.");
}
