import type { Warning } from "@framewright/contract";

import { mergeWarnings } from "../review/merge-warnings.ts";
import { lockUnfinished, readWarnings, warn } from "../row-changes.ts";
import type { FlowDeps } from "./flow-deps.ts";

/** Adds what a render's review has found to its warnings. Told again, it adds nothing. */
export async function tellFindings(
  id: string,
  lists: readonly (readonly Warning[])[],
  { database }: Pick<FlowDeps, "database">,
): Promise<void> {
  await database.transaction(async (tx) => {
    if ((await lockUnfinished(tx, id)) === null) return;
    await warn(tx, id, mergeWarnings(lists, await readWarnings(tx, id)));
  });
}
