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

/** What is kept of a snapshot: its files are in the store, by their hash. */
export type SnapshotIdentity = Pick<Snapshot, "source" | "hash" | "files" | "bytes">;

export interface Submission {
  /** Whose it is. */
  readonly tenant: string;
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

/** A finished file in the store. */
export interface StoredArtifact {
  readonly key: string;
  readonly bytes: number;
  readonly filename: string;
  readonly contentType: string;
  readonly sha256: string;
}

/**
 * The life of renders, from admission to artifact. Every method throws ProblemError. A tenant sees its own renders only:
 * those of another are as unknown as those that never were.
 */
export interface Renders {
  /** Refuses without taking anything when the queue is full or the service drains: call it before reading a large body. */
  checkRoom(tenant: string): Promise<void>;
  /** Admits a render. Takes over the snapshot, also when it throws. The same idempotency key gives the same render. */
  submit(submission: Submission): Promise<Admitted>;
  /** Plans without rendering. Takes over the snapshot. */
  plan(submission: Submission, signal: AbortSignal): Promise<Plan>;
  get(id: string, tenant: string): Promise<Render>;
  list(query: ListQuery, tenant: string): Promise<RenderList>;
  /** Cancels at any stage, and resolves once the render is cancelled. */
  cancel(id: string, reason: string, tenant: string): Promise<Render>;
  /**
   * Retained events with an id above `afterId`, then live ones, until `finished` or the signal. When the service ends,
   * whoever is owed the render's end gets the drain time for it; others can go on elsewhere.
   */
  events(
    id: string,
    afterId: number,
    signal: AbortSignal,
    tenant: string,
    isOwed?: boolean,
  ): AsyncIterable<RenderEvent>;
  /** Of any tenant where none is given: for whoever was given a link. */
  artifact(id: string, tenant: string | null): Promise<StoredArtifact>;
  queue(tenant: string): Promise<Queue>;
}
