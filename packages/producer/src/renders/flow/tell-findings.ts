import type { Warning } from "@framewright/contract";

import { lockUnfinished, readWarnings, warn } from "../row-changes.ts";
import { mergeWarnings } from "../review/merge-warnings.ts";
import type { ChunkFindings } from "../review/chunk-findings.ts";
import type { FlowDeps } from "./flow-deps.ts";

/** Adds what the chunks of a render have to tell to its warnings. Told again, it adds nothing. */
export async function tellFindings(
  id: string,
  chunks: readonly ChunkFindings[],
  { database }: Pick<FlowDeps, "database">,
): Promise<void> {
  const lists: (readonly Warning[])[] = chunks.map(({ warnings }) => warnings);
  await database.transaction(async (tx) => {
    if ((await lockUnfinished(tx, id)) === null) return;
    await warn(tx, id, mergeWarnings(lists, await readWarnings(tx, id)));
  });
}
