import type { Database } from "../postgres/database.ts";
import type { Lease } from "../queue/lease.ts";
import { queuesLike, type Work } from "../queue/work.ts";

const INTERVAL_MS = 1_000;

type Doing = "plan" | "capture" | "assemble";

/** How much there is to do, as it was a moment ago. */
export interface Load {
  /** Renders of all tenants that wait for their start. */
  readonly waiting: number;
  /** Renders of all tenants that have begun. */
  readonly running: number;
  /** Work in the queue that anybody could begin. */
  readonly runnable: number;
  /** What this process does. */
  readonly doing: readonly Doing[];
}

const DOING: Record<Work["kind"], Doing> = {
  plan: "plan",
  "plan-alone": "plan",
  chunk: "capture",
  sound: "capture",
  assemble: "assemble",
};

/** Counts what waits and runs, every second, while the database is there. */
export function watchLoad(
  database: Database,
  leases: () => ReadonlySet<Lease>,
): { read(): Load; close(): void } {
  let counted = { waiting: 0, running: 0, runnable: 0 };
  let isCounting = false;
  const count = async (): Promise<void> => {
    if (isCounting) return;
    isCounting = true;
    try {
      const [row] = await database.query<typeof counted>(
        `SELECT count(*) FILTER (WHERE state = 'queued')::int AS waiting,
           count(*) FILTER (WHERE state = 'running')::int AS running,
           (SELECT count(*) FROM pgboss.job WHERE state < 'active' AND NOT blocked AND (name LIKE $1 OR name LIKE $2))::int AS runnable
         FROM framewright.renders WHERE finished_at IS NULL`,
        [queuesLike("renders"), queuesLike("plans")],
      );
      if (row) counted = row;
    } catch {
      // The database's state is told by itself; what was counted last stays.
    } finally {
      isCounting = false;
    }
  };
  void count();
  const timer = setInterval(() => void count(), INTERVAL_MS).unref();
  return {
    read: () => ({ ...counted, doing: [...leases()].map(({ work }) => DOING[work.kind]) }),
    close: () => clearInterval(timer),
  };
}
