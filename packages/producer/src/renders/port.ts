import type {
  Plan,
  Queue,
  Render,
  RenderEvent,
  RenderList,
  RenderOptions,
  RenderState,
} from "@framewright/contract";

/** A composition's files, as they were when the request was admitted. Owned by whoever holds it until `discard`. */
export interface Snapshot {
  readonly source: Render["settings"]["source"];
  /** Absolute path of the folder that holds the files. */
  readonly dir: string;
  /** SHA-256 over the sorted relative paths and contents, in hex. */
  readonly hash: string;
  readonly files: number;
  readonly bytes: number;
  /** Removes the folder. Idempotent. */
  discard(): Promise<void>;
}

export interface Submission {
  readonly snapshot: Snapshot;
  readonly options: RenderOptions;
  /** The key of the request that made it, and a hash of that request, to recognise a repetition. */
  readonly idempotency?: { readonly key: string; readonly requestHash: string } | undefined;
  readonly requestId: string;
}

/** What became of a submission. */
export interface Admitted {
  readonly render: Render;
  /** True when an earlier request with the same idempotency key made this render. */
  readonly replayed: boolean;
}

export interface ListQuery {
  /** At most this many, newest first. */
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly state?: RenderState | undefined;
}

/** A finished file that can be opened. */
export interface StoredArtifact {
  /** Absolute path; never sent to a caller. */
  readonly path: string;
  readonly filename: string;
  readonly contentType: string;
  readonly sha256: string;
}

/**
 * The life of renders, from admission to artifact. Every method throws ProblemError.
 * Today they live in memory; the methods are asynchronous so that a database can stand behind them.
 */
export interface Renders {
  /** Refuses without taking anything when the queue is full or the service drains: call it before reading a large body. */
  checkRoom(): Promise<void>;
  /** Admits a render. Takes over the snapshot, also when it throws. The same idempotency key gives the same render. */
  submit(submission: Submission): Promise<Admitted>;
  /** Plans without rendering. Takes over the snapshot. */
  plan(submission: Submission, signal: AbortSignal): Promise<Plan>;
  get(id: string): Promise<Render>;
  list(query: ListQuery): Promise<RenderList>;
  /** Cancels at any stage, and resolves once the render is cancelled. */
  cancel(id: string, reason: string): Promise<Render>;
  /** Retained events with an id above `afterId`, then live ones, until `finished` or the signal. */
  events(id: string, afterId: number, signal: AbortSignal): AsyncIterable<RenderEvent>;
  artifact(id: string): Promise<StoredArtifact>;
  queue(): Promise<Queue>;
}
