import { ProblemError } from "@framewright/contract";

import type { Database } from "../postgres/database.ts";
import type { Endings } from "./endings.ts";

/** Whoever does the work ends it at its deadline, and knows why; this is for work that nobody does. */
const RUNNING_GRACE_MS = 2_000;
const AT_A_TIME = 100;

/** Fails the renders whose deadline has passed, and forgets plans that nobody waits for any more. */
export async function expire(database: Database, endings: Endings): Promise<void> {
  const late = await database.query<{ id: string }>(
    `SELECT id FROM framewright.renders WHERE finished_at IS NULL
       AND deadline < now() - CASE WHEN state = 'running' THEN $1 ELSE 0 END * interval '1 millisecond' LIMIT $2`,
    [RUNNING_GRACE_MS, AT_A_TIME],
  );
  for (const { id } of late) {
    const problem = new ProblemError("render-timeout", "Its deadline passed.");
    await database.transaction((tx) => endings.fail(tx, id, problem));
  }
  await database.query("DELETE FROM framewright.plans WHERE deadline < now() - interval '1 minute'");
}
