import { ProblemError } from "@framewright/contract";

import type { Log } from "../log.ts";
import type { Database } from "../postgres/database.ts";
import type { Queue } from "../queue/open-queue.ts";
import type { Endings } from "./endings.ts";
import { release } from "./release.ts";

/** Whoever does the work ends it at its deadline, and knows why; this is for work that nobody does. */
const RUNNING_GRACE_MS = 2_000;
const AT_A_TIME = 100;

export interface ExpireDeps {
  readonly database: Database;
  readonly queue: Queue;
  readonly endings: Endings;
  readonly tenantRunning: number;
  readonly log: Log;
}

/** Fails the renders whose deadline has passed, and forgets plans that nobody waits for any more. */
export async function expire({ database, endings, log }: ExpireDeps): Promise<void> {
  const late = await database.query<{ id: string }>(
    `SELECT id FROM framewright.renders WHERE finished_at IS NULL
       AND deadline < now() - CASE WHEN state = 'running' THEN $1 ELSE 0 END * interval '1 millisecond'
     ORDER BY deadline LIMIT $2`,
    [RUNNING_GRACE_MS, AT_A_TIME],
  );
  for (const { id } of late) {
    const problem = new ProblemError("render-timeout", "Its deadline passed.");
    try {
      await database.transaction((tx) => endings.fail(tx, id, problem));
    } catch (error) {
      log.warn({ err: error, renderId: id }, "a late render could not be ended; it is tried again");
    }
  }
  await database.query("DELETE FROM framewright.plans WHERE deadline < now() - interval '1 minute'");
}

/** Releases renders that no ending has released: of a tenant that may have more by now, say. */
export async function releaseWaiting({ database, queue, tenantRunning }: ExpireDeps): Promise<void> {
  const tenants = await database.query<{ tenant: string }>(
    `SELECT tenant FROM framewright.renders WHERE finished_at IS NULL
     GROUP BY tenant HAVING bool_or(NOT released) AND count(*) FILTER (WHERE released) < $1`,
    [tenantRunning],
  );
  for (const { tenant } of tenants) {
    await queue.ensureTenant(tenant);
    await database.transaction((tx) => release(tx, queue, tenant, tenantRunning));
  }
}
