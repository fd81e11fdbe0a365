import type { PoolSnapshot } from "@framewright/pool";

import type { Config } from "../config.ts";
import type { Load } from "../renders/watch-load.ts";
import { chunkSilenceMs, planLimitMs } from "../renders/time-limits.ts";
import type { WorkView } from "./untouched-work.ts";

/** A task that is silent for its own limit is ended by the pool, and the next try begins, within this time. */
const SILENCE_MARGIN_MS = 15_000;

/** What waits beside a free place, and whether what runs should be advancing. */
export function viewWork(
  { runnable, doing }: Load,
  held: boolean,
  { size, queued, children }: Pick<PoolSnapshot, "size" | "queued" | "children">,
): WorkView {
  const hasReady = children.some(({ state }) => state === "ready");
  return {
    hasStartable: hasReady && (queued > 0 || (runnable > 0 && !held && doing.length < size)),
    // Joining, checking and storing tell of no progress: they have deadlines.
    expectsProgress: doing.some((what) => what !== "assemble"),
  };
}

/** How long running work may show no progress while all is well, in ms. */
export function longestSilenceMs(
  limits: Pick<Config, "untouchedMs" | "planTimeoutMs" | "readyTimeoutMs" | "frameTimeoutMs">,
): number {
  const silenceMs = Math.max(planLimitMs(limits), chunkSilenceMs(limits));
  return Math.max(limits.untouchedMs, silenceMs + SILENCE_MARGIN_MS);
}
