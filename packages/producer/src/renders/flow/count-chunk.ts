import type { Progress } from "@framewright/contract";

import type { Transaction } from "../../postgres/database.ts";
import { frameRate, sampled } from "../frame-rate.ts";
import type { LockedRender } from "../render-row.ts";

/** What became of a chunk: so many frames are captured, or all of it is stored. */
export interface ChunkNews {
  readonly index: number;
  readonly framesDone: number;
  readonly isDone: boolean;
}

interface Counted {
  readonly done: number;
  readonly left: number;
}

/** Takes down how far a chunk is. Counted by what has changed, so that a long render's chunks cost no more than a short one's. */
const COUNT = `
  WITH before AS (
    SELECT frames_done FROM framewright.chunks WHERE render_id = $1 AND index = $2 AND state = 'waiting' FOR UPDATE
  ), changed AS (
    UPDATE framewright.chunks SET frames_done = $3, state = CASE WHEN $4 THEN 'done' ELSE state END
    FROM before WHERE render_id = $1 AND index = $2 RETURNING $3 - before.frames_done AS delta
  )
  UPDATE framewright.renders SET
    frames_done = frames_done + (SELECT coalesce(sum(delta), 0) FROM changed),
    chunks_left = chunks_left - (SELECT count(*) FROM changed WHERE $4)
  WHERE id = $1 RETURNING frames_done AS done, chunks_left AS left`;

/** Counts a chunk of a locked render; gives the progress and the meter to report, and how many chunks are left. */
export async function countChunk(
  tx: Transaction,
  row: LockedRender,
  { index, framesDone, isDone }: ChunkNews,
): Promise<{
  readonly progress: Pick<Progress, "framesDone" | "framesPerSecond" | "secondsLeft">;
  readonly meter: LockedRender["meter"];
  readonly left: number;
}> {
  const [counted] = await tx.query<Counted>(COUNT, [row.id, index, framesDone, isDone]);
  const { done, left } = counted ?? { done: 0, left: 0 };
  const next = { at: Date.now(), done };
  const meter = sampled(row.meter, next);
  const rate = frameRate(meter, next, row.progress.framesTotal ?? done);
  return { progress: { framesDone: done, ...rate }, meter, left };
}
