import type { MediaLimits, Tools } from "@framewright/engine";

import type { PlanLimits } from "../plan/limits.ts";
import type { LibrarySettings } from "../work/jobs.ts";

/** What the life of renders is bounded by. Times in milliseconds. */
export interface RenderSettings {
  readonly limits: PlanLimits;
  readonly media: MediaLimits;
  readonly allowedHosts: readonly string[];
  readonly workers: number;
  readonly queueLimit: number;
  readonly tenantRunning: number;
  readonly tenantQueued: number;
  readonly tenantFramesPerDay: number;
  readonly renderTimeoutMs: number;
  readonly planTimeoutMs: number;
  readonly readyTimeoutMs: number;
  readonly frameTimeoutMs: number;
  readonly retentionMs: number;
  /** Bytes of artifacts that are kept at most; the oldest go first. */
  readonly retentionBytes: number | undefined;
  /** Disk that a render may use while it runs. */
  readonly renderScratchBytes: number;
}

/** What those who do the work need besides. */
export interface WorkSettings extends RenderSettings {
  readonly tools: Tools;
  readonly libraries: LibrarySettings;
}
