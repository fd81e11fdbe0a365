import type { PoolSnapshot } from "@framewright/pool";

import type { Config } from "../config.ts";
import type { WorkView } from "./untouched-work.ts";

/** Stages that tell of no progress: their one task has a deadline. */
const SILENT = new Set(["assemble", "verify"]);

/** A task that is silent for its own limit is ended by the pool, and the next try begins, within this time. */
const SILENCE_MARGIN_MS = 15_000;

type Load = { readonly waiting: number; readonly stages: readonly string[] };

/** What waits beside a free place, and whether what runs should be advancing. */
export function viewWork(
  { waiting, stages }: Load,
  { size, queued, children }: Pick<PoolSnapshot, "size" | "queued" | "children">,
): WorkView {
  const has = (state: string): boolean => children.some((child) => child.state === state);
  const isSilent = stages.some((stage) => SILENT.has(stage)) && has("busy");
  return {
    hasStartable: (queued > 0 && has("ready")) || (waiting > 0 && stages.length < size),
    expectsProgress: stages.length > 0 && !isSilent,
  };
}

/** How long running work may show no progress while all is well, in ms. */
export function longestSilenceMs({
  untouchedMs,
  planTimeoutMs,
  readyTimeoutMs,
  frameTimeoutMs,
}: Pick<Config, "untouchedMs" | "planTimeoutMs" | "readyTimeoutMs" | "frameTimeoutMs">): number {
  return Math.max(untouchedMs, Math.max(planTimeoutMs, readyTimeoutMs, frameTimeoutMs) + SILENCE_MARGIN_MS);
}
