import type { PoolSnapshot } from "@framewright/pool";

import type { Config } from "../config.ts";
import type { Load } from "../renders/memory-renders.ts";
import { chunkSilenceMs, planLimitMs } from "../renders/time-limits.ts";
import type { WorkView } from "./untouched-work.ts";

/** Stages that tell of no progress: their one task, in a worker, has a deadline. */
const SILENT: ReadonlySet<string> = new Set(["assemble", "verify"]);

/** A task that is silent for its own limit is ended by the pool, and the next try begins, within this time. */
const SILENCE_MARGIN_MS = 15_000;

/** What waits beside a free place, and whether what runs should be advancing. */
export function viewWork(
  { waiting, held, stages }: Load,
  { size, queued, children }: Pick<PoolSnapshot, "size" | "queued" | "children">,
): WorkView {
  const has = (state: string): boolean => children.some((child) => child.state === state);
  const isSilent = stages.includes("store") || (stages.some((stage) => SILENT.has(stage)) && has("busy"));
  return {
    hasStartable: (queued > 0 && has("ready")) || (waiting > 0 && !held && stages.length < size),
    expectsProgress: stages.length > 0 && !isSilent,
  };
}

/** How long running work may show no progress while all is well, in ms. */
export function longestSilenceMs(
  limits: Pick<Config, "untouchedMs" | "planTimeoutMs" | "readyTimeoutMs" | "frameTimeoutMs">,
): number {
  const silenceMs = Math.max(planLimitMs(limits), chunkSilenceMs(limits));
  return Math.max(limits.untouchedMs, silenceMs + SILENCE_MARGIN_MS);
}
