import type { Tools } from "@framewright/engine";

import type { PlanLimits } from "../plan/limits.ts";

/** What the life of renders is bounded by. Times in milliseconds. */
export interface RenderSettings {
  readonly tools: Tools;
  readonly limits: PlanLimits;
  readonly allowedHosts: readonly string[];
  readonly workers: number;
  readonly queueLimit: number;
  readonly renderTimeoutMs: number;
  readonly planTimeoutMs: number;
  readonly readyTimeoutMs: number;
  readonly frameTimeoutMs: number;
  readonly retentionMs: number;
  /** Disk that a render may use while it runs. */
  readonly renderScratchBytes: number;
}
