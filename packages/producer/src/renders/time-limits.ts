import { FINISH_STALL_MS, WRITE_STALL_MS } from "@framewright/engine";

import type { RenderSettings } from "./settings.ts";

/** Within this a browser has started or has failed to, and a failed attempt has been cleaned up. */
const MARGIN_MS = 20_000;

/** How long a plan may take alone, and within a render without progress, in ms: a page's own time ends first. */
export function planLimitMs({
  planTimeoutMs,
  readyTimeoutMs,
}: Pick<RenderSettings, "planTimeoutMs" | "readyTimeoutMs">): number {
  return Math.max(planTimeoutMs, readyTimeoutMs + MARGIN_MS);
}

/**
 * How long a chunk may show no progress, in ms. It is the last resort, for a worker that keeps none of its own limits:
 * those of the page and of the encoder, which know whose fault it is, end first.
 */
export function chunkSilenceMs({
  readyTimeoutMs,
  frameTimeoutMs,
}: Pick<RenderSettings, "readyTimeoutMs" | "frameTimeoutMs">): number {
  return Math.max(readyTimeoutMs, frameTimeoutMs + WRITE_STALL_MS, FINISH_STALL_MS) + MARGIN_MS;
}
