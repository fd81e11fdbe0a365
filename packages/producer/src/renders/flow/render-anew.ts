import type { Plan, Warning } from "@framewright/contract";

import type { OpenTransaction } from "../../postgres/database.ts";
import type { LockedRender } from "../render-row.ts";
import { lockUnfinished, report, warn } from "../row-changes.ts";
import type { FlowDeps } from "./flow-deps.ts";
import { priorityOf } from "./priority.ts";
import type { SeamChunk } from "./seams.ts";

export interface Rest {
  /** Of the render. */
  readonly id: string;
  readonly plan: Plan;
  /** The chunk that does not go on where the one before it ends. */
  readonly from: Pick<SeamChunk, "index" | "start_frame" | "seams">;
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

/** Puts to work anew, from a chunk on, those whose pages have jumped to their start: they are to be stepped there. */
async function renderInSteps(
  tx: OpenTransaction,
  row: LockedRender,
  { plan, from: { index, start_frame: startFrame } }: Rest,
  deps: FlowDeps,
): Promise<void> {
  const again = await tx.query<{ index: number; round: number; frames: number }>(
    `UPDATE framewright.chunks SET state = 'waiting', frames_done = 0, round = round + 1, steps = true
     WHERE render_id = $1 AND index >= $2 AND kind = 'frames'
       AND (index = $2 OR hash IN (SELECT hash FROM framewright.chunk_files WHERE seams ->> 'hasJumped' = 'true'))
     RETURNING index, round, end_frame - start_frame AS frames`,
    [row.id, index],
  );
  const framesDone = plan.frames - again.reduce((sum, { frames }) => sum + frames, 0);
  await tx.query(
    "UPDATE framewright.renders SET assemblies = assemblies + 1, frames_done = $2, chunks_left = $3 WHERE id = $1",
    [row.id, framesDone, again.length],
  );
  const message = `Frames from ${startFrame} on were rendered again: a page that was brought there at once showed something else than after the frames before.`;
  const remedy =
    "Nothing: the video is right. To have it faster, make each frame a function of its time alone.";
  await warn(tx, row.id, [{ code: "chunk-retried", severity: "info", message, remedy }]);
  await report(tx, row, { stage: "capture", framesDone });
  const common = { priority: priorityOf(row), deadline: row.deadline };
  const works = again.map((chunk) => ({
    ...common,
    work: { kind: "chunk", renderId: row.id, index: chunk.index, round: chunk.round } as const,
  }));
  await deps.queue.add(tx, row.tenant, works);
}

/** Puts the rest of a render to work anew: as one chunk whose page draws every frame before it, or first, where pages have jumped, in steps. */
export async function renderAnew(tx: OpenTransaction, rest: Rest, deps: FlowDeps): Promise<void> {
  const row = await lockUnfinished(tx, rest.id);
  if (row === null) return;
  const hasJumped = rest.from.seams?.hasJumped === true;
  await (hasJumped ? renderInSteps : renderWithHistory)(tx, row, rest, deps);
}

/** Puts the rest of a render to work anew, as one chunk whose page draws every frame before it. */
async function renderWithHistory(
  tx: OpenTransaction,
  row: LockedRender,
  { id, plan, from }: Rest,
  deps: FlowDeps,
): Promise<void> {
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
