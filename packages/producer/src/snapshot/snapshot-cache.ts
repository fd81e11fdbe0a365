import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { isProblemError, ProblemError } from "@framewright/contract";

import type { Snapshot } from "../renders/port.ts";
import { hasCode } from "../scratch/has-code.ts";
import type { Store } from "../store/port.ts";
import { answerSignal, lost } from "../store/store-faults.ts";
import { untilAborted } from "../store/until-aborted.ts";
import { snapshotKey } from "./pack.ts";
import { unpackSnapshot } from "./unpack-snapshot.ts";

export interface HeldSnapshot {
  /** The snapshot's root; it stays until the release, and nothing may be changed in it. */
  readonly dir: string;
  /** Idempotent, never rejects. */
  release(): Promise<void>;
}

/** Snapshots of the store, unpacked for this process. */
export interface SnapshotCache {
  /** Brings a snapshot here, once for all who ask. Throws `artifact-corrupt`, `store-unavailable`, `disk-full`, `shutting-down`, or the signal's reason. */
  acquire(hash: string, signal: AbortSignal): Promise<HeldSnapshot>;
  /** Takes over a snapshot's folder that is at hand: it is moved in, or removed when the snapshot is here already. */
  add(snapshot: Pick<Snapshot, "hash" | "dir" | "bytes">): Promise<void>;
  /** Ends what is being brought here. What is unpacked goes with the folder. */
  close(): Promise<void>;
}

export interface SnapshotCacheOptions {
  /** A folder for this process alone, which is made if it is missing. */
  readonly dir: string;
  readonly store: Store;
  /** What is not held goes, the least recently used first, until no more than this is left. What is held stays. */
  readonly maxBytes: number;
  /** Told of a folder that could not be removed. */
  readonly onWarning: (message: string, cause: unknown) => void;
}

/** Whoever waits for a snapshot, or holds it. */
type Ticket = symbol;

interface Entry {
  readonly dir: string;
  readonly bytes: number;
  readonly holders: Set<Ticket>;
}

interface Load {
  readonly done: Promise<void>;
  readonly abort: AbortController;
  readonly waiters: Set<Ticket>;
}

export function openSnapshotCache(options: SnapshotCacheOptions): SnapshotCache {
  return new UnpackedSnapshots(options);
}

class UnpackedSnapshots implements SnapshotCache {
  readonly #options: SnapshotCacheOptions;
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #loads = new Map<string, Load>();

  #isClosed = false;

  constructor(options: SnapshotCacheOptions) {
    this.#options = options;
  }

  async acquire(hash: string, signal: AbortSignal): Promise<HeldSnapshot> {
    signal.throwIfAborted();
    if (this.#isClosed) throw closing();
    const ticket: Ticket = Symbol(hash);
    const release = (): Promise<void> => this.#release(hash, ticket);
    try {
      const known = this.#entries.get(hash);
      if (known) known.holders.add(ticket);
      else await this.#load(hash, ticket, signal);
      const entry = this.#entries.get(hash);
      if (entry === undefined) throw new Error("A snapshot went while it was held.");
      await this.#evict();
      return { dir: entry.dir, release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  async add({ hash, dir, bytes }: Pick<Snapshot, "hash" | "dir" | "bytes">): Promise<void> {
    const target = this.#folderFor(hash);
    if (this.#entries.has(hash)) return this.#remove(dir);
    try {
      await mkdir(this.#options.dir, { recursive: true });
      await rename(dir, target);
    } catch (error) {
      // It is in the store all the same.
      if (!hasCode(error, "EXDEV")) this.#options.onWarning("A snapshot could not be moved.", error);
      return this.#remove(dir);
    }
    await this.#enter(hash, { dir: target, bytes, holders: new Set() });
    await this.#evict();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const loads = [...this.#loads.values()];
    for (const { abort } of loads) abort.abort(closing());
    await Promise.allSettled(loads.map(({ done }) => untilAborted(done, answerSignal())));
  }

  /** Waits for the load of a snapshot, which is begun if nobody else has; the ticket then holds it. */
  async #load(hash: string, ticket: Ticket, signal: AbortSignal): Promise<void> {
    const load = this.#loads.get(hash) ?? this.#startLoad(hash);
    load.waiters.add(ticket);
    await untilAborted(load.done, signal);
  }

  #startLoad(hash: string): Load {
    const abort = new AbortController();
    const waiters = new Set<Ticket>();
    const done = this.#unpack(hash, abort.signal)
      .then(({ dir, bytes }) => this.#enter(hash, { dir, bytes, holders: new Set(waiters) }))
      .finally(() => {
        if (this.#loads.get(hash) === load) this.#loads.delete(hash);
      });
    // Whoever waits learns of it; nobody may be left.
    done.catch(() => undefined);
    const load: Load = { done, abort, waiters };
    this.#loads.set(hash, load);
    return load;
  }

  async #unpack(hash: string, signal: AbortSignal): Promise<{ dir: string; bytes: number }> {
    const dir = this.#folderFor(hash);
    try {
      await mkdir(dir, { recursive: true });
      const tarball = await this.#options.store.open(snapshotKey(hash), null, signal);
      const { bytes } = await unpackSnapshot(tarball, dir, hash, signal);
      signal.throwIfAborted();
      return { dir, bytes };
    } catch (error) {
      await this.#remove(dir);
      signal.throwIfAborted();
      throw isProblemError(error) && error.code === "artifact-expired" ? lost(error) : error;
    }
  }

  /** Enters an unpacked snapshot; one that was entered meanwhile stays, for its holders' sake. */
  async #enter(hash: string, entry: Entry): Promise<void> {
    const earlier = this.#entries.get(hash);
    if (earlier === undefined) {
      this.#entries.set(hash, entry);
      return;
    }
    for (const ticket of entry.holders) earlier.holders.add(ticket);
    await this.#remove(entry.dir);
  }

  async #release(hash: string, ticket: Ticket): Promise<void> {
    const load = this.#loads.get(hash);
    if (load?.waiters.delete(ticket) && load.waiters.size === 0) {
      this.#loads.delete(hash);
      load.abort.abort(new Error("Nobody waits for the snapshot any more."));
    }
    const entry = this.#entries.get(hash);
    if (!entry?.holders.delete(ticket)) return;
    this.#entries.delete(hash);
    this.#entries.set(hash, entry);
    await this.#evict();
  }

  async #evict(): Promise<void> {
    let total = [...this.#entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    const gone: string[] = [];
    for (const [hash, { dir, bytes, holders }] of this.#entries) {
      if (total <= this.#options.maxBytes) break;
      if (holders.size > 0) continue;
      this.#entries.delete(hash);
      total -= bytes;
      gone.push(dir);
    }
    await Promise.all(gone.map((dir) => this.#remove(dir)));
  }

  async #remove(dir: string): Promise<void> {
    try {
      await untilAborted(rm(dir, { recursive: true, force: true, maxRetries: 3 }), answerSignal());
    } catch (error) {
      this.#options.onWarning("A snapshot's folder could not be removed.", error);
    }
  }

  /** Never used before: what is being removed is in nobody's way. */
  #folderFor(hash: string): string {
    snapshotKey(hash);
    return join(this.#options.dir, `${hash}-${randomUUID()}`);
  }
}

function closing(): ProblemError {
  return new ProblemError("shutting-down", "The service takes no more work.");
}
