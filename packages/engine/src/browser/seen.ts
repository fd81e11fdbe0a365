import type { FontUse } from "../page-protocol.ts";

/** Frames of the video. */
export interface FrameSpan {
  readonly startFrame: number;
  /** Exclusive. */
  readonly endFrame: number;
}

/** What a page did, and in which frames it was first seen to: in none while it was loading. */
export interface Seen {
  readonly frames?: FrameSpan;
}

export interface ThrownError extends Seen {
  readonly text: string;
}

export interface StartedWorker extends Seen {
  readonly url: string;
}

export interface FailedRequest extends Seen {
  readonly url: string;
  readonly reason: string;
  /** Refused by the egress rules, rather than broken. */
  readonly refused: boolean;
  /** Something that would have run. */
  readonly isScript: boolean;
}

/** An SVG image that moves by itself. */
export interface AnimatedDrawing extends Seen {
  readonly url: string;
}

/** What there is to tell of a page's scripts and requests, each once. */
export interface PageNews {
  /** Errors that no script of the page caught. */
  readonly uncaught: readonly ThrownError[];
  /** Scripts of workers, whose clock is the real one. */
  readonly workers: readonly StartedWorker[];
  readonly failedRequests: readonly FailedRequest[];
  readonly animatedDrawings?: readonly AnimatedDrawing[];
  readonly fonts?: readonly FontUse[];
}
