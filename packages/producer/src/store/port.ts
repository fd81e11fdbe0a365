export interface Stored {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

export interface StoredMeta {
  readonly contentType: string;
  /** What the file is called by whoever downloads it from the store itself. */
  readonly filename?: string;
}

export interface FetchOptions {
  readonly sha256?: string;
  readonly signal: AbortSignal;
}

export interface StoredFile {
  readonly key: string;
  readonly bytes: number;
  readonly storedAt: Date;
}

/** Bytes from `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Files by key, for all processes of the service. A key is complete or absent, and is never overwritten.
 * Keys have folders, such as `renders/<id>/<attempt>.mp4`: segments of `[A-Za-z0-9_.-]` that begin with no dot; others throw TypeError.
 * Faults are ProblemErrors: `store-unavailable` when the store fails for half a minute or refuses, `disk-full`, and what
 * a method names. An aborted signal throws its reason.
 */
export interface Store {
  /** Puts a file whole or not at all, and gives what the store then holds: an earlier one of the same key stays. The source is left where it is. */
  put(key: string, file: string, meta: StoredMeta, signal: AbortSignal): Promise<Stored>;
  /** Brings a file to a local path, whole or not at all. Throws `artifact-corrupt` when it is absent, or has another SHA-256 than the one given. */
  fetch(key: string, file: string, options: FetchOptions): Promise<Stored>;
  stat(key: string): Promise<Omit<StoredFile, "key"> | null>;
  /** A local path that may be read while the key exists, or null when files are kept elsewhere. */
  localPath(key: string): string | null;
  /** The bytes of a range, or all of them; cancelling the stream releases what is open. Throws `artifact-expired` when it is absent. */
  open(key: string, range: ByteRange | null, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /** A link to the bytes themselves that expires; null when the store gives none. */
  presign(key: string, options: PresignOptions): Promise<string | null>;
  /** Idempotent. */
  delete(keys: readonly string[]): Promise<void>;
  /** All files whose keys begin with a prefix, in any order. */
  list(prefix: string): AsyncIterable<StoredFile>;
  /** Removes what broken puts have left: that of dead processes at once, where it can be told, and anything begun before a time. */
  sweep(olderThan: Date): Promise<void>;
  close(): Promise<void>;
}

export interface PresignOptions {
  readonly filename: string;
  readonly contentType: string;
  readonly seconds: number;
}

/** Told of what could not be cleaned up; it is tried again by `sweep`. */
export type OnStoreWarning = (message: string, cause: unknown) => void;
