import type { Plan, Warning } from "@framewright/contract";

import type { OpenTransaction } from "../../postgres/database.ts";
import { lockUnfinished, report, warn } from "../row-changes.ts";
import type { FlowDeps } from "./flow-deps.ts";
import { priorityOf } from "./priority.ts";
import type { SeamChunk } from "./seams.ts";

export interface Rest {
  /** Of the render. */
  readonly id: string;
  readonly plan: Plan;
  /** The chunk that does not go on where the one before it ends. */
  readonly from: Pick<SeamChunk, "index" | "start_frame">;
}

function historyWarning({ endFrame }: Plan, startFrame: number): Warning {
  return {
    code: "history-dependent",
    severity: "info",
    message: `What the page shows depends on the frames before: opened to begin at frame ${startFrame}, it showed something else than after them. From there on, one page drew all frames in order, which takes longer.`,
    remedy:
      "Nothing: the video is right. To have it faster, make each frame a function of its time alone, and load files before the first frame.",
    frames: { startFrame, endFrame },
  };
}

/** Puts the rest of a render to work anew, as one chunk whose page draws every frame before it. */
export async function renderWithHistory(
  tx: OpenTransaction,
  { id, plan, from }: Rest,
  deps: FlowDeps,
): Promise<void> {
  const row = await lockUnfinished(tx, id);
  if (row === null) return;
  const { index, start_frame: startFrame } = from;
  await tx.query("DELETE FROM framewright.chunks WHERE render_id = $1 AND index > $2 AND kind = 'frames'", [
    id,
    index,
  ]);
  const [again] = await tx.query<{ round: number }>(
    `UPDATE framewright.chunks SET state = 'waiting', frames_done = 0, round = round + 1, history = true, end_frame = $3
     WHERE render_id = $1 AND index = $2 RETURNING round`,
    [id, index, plan.endFrame],
  );
  if (again === undefined) throw new Error("The chunk to be rendered again is gone.");
  const framesDone = startFrame - plan.startFrame;
  await tx.query(
    "UPDATE framewright.renders SET assemblies = assemblies + 1, frames_done = $2, chunks_left = 1 WHERE id = $1",
    [id, framesDone],
  );
  await warn(tx, id, [historyWarning(plan, startFrame)]);
  await report(tx, row, { stage: "capture", framesDone });
  const work = { kind: "chunk", renderId: id, index, round: again.round } as const;
  await deps.queue.add(tx, row.tenant, [{ work, priority: priorityOf(row), deadline: row.deadline }]);
}
