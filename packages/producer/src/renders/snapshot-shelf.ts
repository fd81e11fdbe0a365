import type { Database } from "../postgres/database.ts";
import type { Snapshot } from "./port.ts";

/** Keeps compositions for whoever works on them. */
export interface SnapshotShelf {
  /** Has a snapshot's files in the store when it settles; it stays for as long as a render needs it. */
  keep(snapshot: Snapshot): Promise<void>;
}

export interface ShelfDeps {
  readonly database: Database;
  /** Puts the files into the store unless they are there. */
  readonly pack: (snapshot: Snapshot) => Promise<void>;
  /** Takes over the folder, for work that is done here. */
  readonly keepHere?: ((snapshot: Snapshot) => Promise<void>) | undefined;
}

export function openShelf({ database, pack, keepHere }: ShelfDeps): SnapshotShelf {
  /** The same composition is packed once, however many requests bring it. */
  const packing = new Map<string, Promise<void>>();
  return {
    async keep(snapshot) {
      const { hash } = snapshot;
      // Marked as in use first: what is marked is not swept while it is packed.
      await database.query(
        `INSERT INTO framewright.snapshots (hash, bytes) VALUES ($1, $2)
         ON CONFLICT (hash) DO UPDATE SET used_at = now()`,
        [hash, snapshot.bytes],
      );
      const packed = packing.get(hash) ?? pack(snapshot).finally(() => packing.delete(hash));
      packing.set(hash, packed);
      await packed;
      await keepHere?.(snapshot);
    },
  };
}
