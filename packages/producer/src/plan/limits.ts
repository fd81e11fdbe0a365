/** What a plan may ask for. */
export interface PlanLimits {
  readonly maxDurationSeconds: number;
  readonly maxFrames: number;
  /** The work of a chunk, in seconds of one core; null for what suits most. */
  readonly chunkSeconds: number | null;
}

export const DEFAULT_FPS = { num: 30, den: 1 } as const;
export const MIN_SIDE = 16;
export const MAX_SIDE = 7680;
