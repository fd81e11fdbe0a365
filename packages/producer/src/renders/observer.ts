import type { ProblemCode, Progress } from "@framewright/contract";

/** How a chunk's attempt ended: `retried` is a failure that another attempt follows. */
export type ChunkOutcome = "done" | "retried" | "failed" | "cancelled";

/** A render that has ended. */
export interface EndedRender {
  readonly outcome: "succeeded" | "failed" | "cancelled";
  /** Null when it succeeded. */
  readonly code: ProblemCode | null;
  /** From its start to its end; null when it never started. */
  readonly runMs: number | null;
  /** Of its artifact; 0 without one. */
  readonly bytes: number;
}

/** Told what happens to renders, as it happens. Its methods return at once and throw nothing. */
export interface RenderObserver {
  /** After so long in the queue. */
  started(waitedMs: number): void;
  /** A stage is about to begin. */
  stage(renderId: string, stage: Progress["stage"]): void;
  /** Within a stage, the work has gone on. */
  progressed(): void;
  /** With the frames that the attempt gave, when it is `done`. */
  chunkEnded(outcome: ChunkOutcome, frames: number): void;
  ended(render: EndedRender): void;
}

/** What is counted of it. */
export type RenderCounts = Pick<RenderObserver, "started" | "chunkEnded" | "ended">;

export const NO_OBSERVER: RenderObserver = {
  started: () => undefined,
  stage: () => undefined,
  progressed: () => undefined,
  chunkEnded: () => undefined,
  ended: () => undefined,
};
