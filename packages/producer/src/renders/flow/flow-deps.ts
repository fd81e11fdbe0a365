import type { Log } from "../../log.ts";
import type { Database } from "../../postgres/database.ts";
import type { Lease } from "../../queue/lease.ts";
import type { Queue } from "../../queue/open-queue.ts";
import type { SnapshotCache } from "../../snapshot/snapshot-cache.ts";
import type { Store } from "../../store/port.ts";
import type { RenderObserver } from "../observer.ts";
import type { PlanDeps } from "../plan-render.ts";
import type { Endings } from "../endings.ts";

/** What the steps of a render stand on. */
export interface FlowDeps extends PlanDeps {
  readonly database: Database;
  readonly queue: Queue;
  readonly store: Store;
  readonly snapshots: SnapshotCache;
  readonly endings: Endings;
  readonly observer: RenderObserver;
  /** Names this process among all that work on the database. */
  readonly owner: string;
  /** What this process has let go while the database was not there to be told: it is told before the next work is begun. */
  readonly untold: Set<Lease>;
  readonly log: Log;
}
