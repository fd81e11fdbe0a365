import {
  isFinished,
  type Progress,
  type Render,
  type RenderEvent,
  type RenderState,
  type Warning,
} from "@framewright/contract";

import { asJson } from "../postgres/as-json.ts";
import type { Transaction } from "../postgres/database.ts";
import { CHANNELS, notify } from "../queue/notices.ts";
import { deadlineHere } from "./deadline-here.ts";
import { type LockedRender, type RenderRow, toRender } from "./render-row.ts";

type Content = RenderEvent extends infer E
  ? E extends RenderEvent
    ? Omit<E, "id" | "at" | "renderId">
    : never
  : never;

/** All of a render but the list of its chunks, which may be long; null when it is unknown. */
export async function readRender(tx: Transaction, id: string): Promise<RenderRow | null> {
  const [row] = await tx.query<RenderRow>(
    `SELECT id, ord, tenant, state, request_id, options, snapshot, created_at, started_at, finished_at,
       ${deadlineHere(2)}, released, progress, frames_done, chunks_left, meter, plan #- '{chunks}' AS plan, page, warnings, reused, verdict,
       artifact, artifact_key, problem, charges, assemblies FROM framewright.renders WHERE id = $1`,
    [id, new Date()],
  );
  return row ?? null;
}

const LOCK = `
  SELECT id, ord, tenant, state, request_id, created_at, started_at, progress, meter, charges, assemblies, ${deadlineHere(2)}
  FROM framewright.renders WHERE id = $1 FOR UPDATE`;

/** The render, for nobody else to change before this transaction ends; null when it is unknown. */
export async function lockRender(tx: Transaction, id: string): Promise<LockedRender | null> {
  const [row] = await tx.query<LockedRender>(LOCK, [id, new Date()]);
  return row ?? null;
}

/** The same for a change that may be left out: null also when somebody else is changing it, or it has ended. */
export async function lockIfFree(tx: Transaction, id: string): Promise<LockedRender | null> {
  const [row] = await tx.query<LockedRender>(`${LOCK} SKIP LOCKED`, [id, new Date()]);
  return row === undefined || isFinished(row.state) ? null : row;
}

/** The same, null also when it has ended. */
export async function lockUnfinished(tx: Transaction, id: string): Promise<LockedRender | null> {
  const row = await lockRender(tx, id);
  return row === null || isFinished(row.state) ? null : row;
}

/** One statement, for it is a part of every other: of progress only the latest is kept. */
const APPEND = `
  WITH numbered AS (
    UPDATE framewright.renders SET last_event = last_event + jsonb_array_length($2::jsonb)
    WHERE id = $1::uuid RETURNING last_event - jsonb_array_length($2::jsonb) AS before
  ), outdated AS (
    DELETE FROM framewright.events WHERE render_id = $1::uuid AND type = 'progress'
      AND $2::jsonb @> '[{"type": "progress"}]'
  )
  INSERT INTO framewright.events (render_id, id, type, event)
  SELECT $1::uuid, before + nth, content ->> 'type', content || jsonb_build_object('id', before + nth)
  FROM numbered, jsonb_array_elements($2::jsonb) WITH ORDINALITY AS contents (content, nth)
  RETURNING pg_notify($3, $1::text)`;

/** Adds events in order. Their ids have no gaps that a reader could take for the end: the render's row is locked. */
export async function appendEvents(tx: Transaction, id: string, contents: readonly Content[]): Promise<void> {
  if (contents.length === 0) return;
  const at = new Date().toISOString();
  const events = contents.map((content) => ({ ...content, at, renderId: id }));
  await tx.query(APPEND, [id, asJson(events), CHANNELS.events]);
}

/** Changes what is told of a locked render's progress, and what its rate is told from where that is given. */
export async function report(
  tx: Transaction,
  row: LockedRender,
  change: Partial<Progress>,
  meter: LockedRender["meter"] | null = null,
): Promise<void> {
  const progress = { ...row.progress, ...change };
  await tx.query("UPDATE framewright.renders SET progress = $2, meter = coalesce($3, meter) WHERE id = $1", [
    row.id,
    asJson(progress),
    asJson(meter),
  ]);
  await appendEvents(tx, row.id, [{ type: "progress", progress }]);
}

export async function readWarnings(tx: Transaction, id: string): Promise<readonly Warning[]> {
  const [row] = await tx.query<{ warnings: readonly Warning[] }>(
    "SELECT warnings FROM framewright.renders WHERE id = $1",
    [id],
  );
  return row?.warnings ?? [];
}

export async function warn(tx: Transaction, id: string, warnings: readonly Warning[]): Promise<void> {
  if (warnings.length === 0) return;
  await tx.query("UPDATE framewright.renders SET warnings = warnings || $2::jsonb WHERE id = $1", [
    id,
    asJson(warnings),
  ]);
  await appendEvents(
    tx,
    id,
    warnings.map((warning) => ({ type: "warning", warning })),
  );
}

/** Marks a locked, queued render as running. */
export async function start(tx: Transaction, row: LockedRender): Promise<void> {
  await tx.query("UPDATE framewright.renders SET state = 'running', started_at = now() WHERE id = $1", [
    row.id,
  ]);
  await appendEvents(tx, row.id, [{ type: "state", state: "running" }]);
}

export type Ending = Pick<RenderRow, "artifact" | "artifact_key" | "problem"> & {
  readonly state: Extract<RenderState, "succeeded" | "failed" | "cancelled">;
};

/** Ends a locked render's row, with its last events. */
export async function finish(
  tx: Transaction,
  row: LockedRender,
  ending: Ending,
): Promise<{ readonly render: Render; readonly ended: RenderRow }> {
  const { state, artifact, artifact_key: key, problem } = ending;
  const succeeded = state === "succeeded";
  const progress: Progress = {
    ...row.progress,
    stage: succeeded ? "done" : row.progress.stage,
    secondsLeft: succeeded ? 0 : null,
    waitingFor: null,
    queuePosition: null,
  };
  // Without the variables: they may be large, and nobody reads them any more.
  const [ended] = await tx.query<RenderRow>(
    `UPDATE framewright.renders SET state = $2, finished_at = now(), progress = $3, artifact = $4, artifact_key = $5,
       problem = $6, options = options - 'variables', meter = '[]' WHERE id = $1 RETURNING *`,
    [row.id, state, asJson(progress), asJson(artifact), key, asJson(problem)],
  );
  if (ended === undefined) throw new Error("The render's row is gone.");
  const render = toRender(ended);
  await appendEvents(tx, row.id, [
    { type: "state", state },
    { type: "finished", render },
  ]);
  await notify(tx, "ended", row.id);
  return { render, ended };
}
