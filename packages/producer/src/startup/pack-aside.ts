import type { Snapshot } from "../renders/port.ts";
import type { Scratch } from "../scratch/scratch.ts";
import { packInto } from "../snapshot/pack.ts";
import type { Store } from "../store/port.ts";

/** The largest project takes less, also to a store that is far away. */
const PACK_TIMEOUT_MS = 600_000;

/** Puts a snapshot into the store unless it is there, by way of a folder of its own. */
export async function packAside(scratch: Scratch, store: Store, snapshot: Snapshot): Promise<void> {
  const folder = await scratch.create("pack");
  try {
    await packInto(store, snapshot, { dir: folder.dir, signal: AbortSignal.timeout(PACK_TIMEOUT_MS) });
  } finally {
    await folder.remove();
  }
}
