import type { Chunk } from "@framewright/contract";

import { asJson } from "../../postgres/as-json.ts";
import type { Transaction } from "../../postgres/database.ts";
import type { Lease } from "../../queue/lease.ts";
import type { NewWork } from "../../queue/work.ts";
import type { Planned } from "../../plan/plan.ts";
import { keepLibraries } from "../library-store.ts";
import { planComposition } from "../plan-render.ts";
import type { LockedRender, RenderRow } from "../render-row.ts";
import { lockUnfinished, readRender, report, start, warn } from "../row-changes.ts";
import { lossWarning } from "../until-done.ts";
import { chargeLosses } from "./charge-losses.ts";
import { chunkHash } from "./chunk-hash.ts";
import type { FlowDeps } from "./flow-deps.ts";
import { openReports } from "./reports.ts";
import { settle } from "./settle.ts";
import { withComposition } from "./with-composition.ts";
import { priorityOf } from "./priority.ts";

async function begin({ database, observer }: FlowDeps, id: string): Promise<RenderRow | null> {
  const before = await database.transaction(async (tx) => {
    const row = await lockUnfinished(tx, id);
    if (row === null) return null;
    if (row.state === "queued") await start(tx, row);
    await report(tx, row, { stage: "plan", queuePosition: null, waitingFor: null });
    return row;
  });
  if (before === null) return null;
  if (before.state === "queued") observer.started(Date.now() - before.created_at.getTime());
  observer.stage(id, "plan");
  return readRender(database, id);
}

/** Plans a render: stores the plan and puts its chunks into the queue, but for those that are there already. */
export async function planStep(lease: Lease, id: string, deps: FlowDeps): Promise<void> {
  const row = await begin(deps, id);
  if (row === null) return settle(deps, lease, "done", async () => undefined);
  const reports = openReports(deps, id, null);
  try {
    const planned = await withComposition(deps, row, lease.signal, (composition) =>
      planComposition(composition, deps, {
        deadline: row.deadline.getTime(),
        signal: lease.signal,
        noteLoss: chargeLosses(deps, id, (loss) => lossWarning("Planning", loss)),
        onWaiting: (waitingFor) => reports.tell({ waitingFor }),
      }),
    );
    await keepLibraries(planned.plan.libraries ?? [], deps, lease.signal);
    await reports.close();
    await settle(deps, lease, "done", (tx) => layOut(tx, row, planned, deps));
  } finally {
    await reports.close();
  }
}

/** Stores a plan and its chunks; those whose content is there are done. */
async function layOut(tx: Transaction, render: RenderRow, planned: Planned, deps: FlowDeps): Promise<void> {
  const { id } = render;
  const row = await lockUnfinished(tx, id);
  if (row === null) return;
  const { plan, page } = planned;
  const hashes = plan.chunks.map((chunk) => chunkHash(render, planned, chunk, deps.settings));
  const known = await tx.query<{ hash: string }>(
    "UPDATE framewright.chunk_files SET used_at = now() WHERE hash = ANY($1) RETURNING hash",
    [hashes],
  );
  const done = new Set(known.map(({ hash }) => hash));
  const isDone = ({ index }: Chunk): boolean => done.has(hashes[index] ?? "");
  const reusedChunks = plan.chunks.filter(isDone);
  const framesOf = (chunks: readonly Chunk[]): number =>
    chunks.reduce((sum, { startFrame, endFrame }) => sum + endFrame - startFrame, 0);
  const reused = { chunks: reusedChunks.length, frames: framesOf(reusedChunks) };
  await tx.query(
    `UPDATE framewright.renders SET plan = $2, page = $3, reused = $4, frames_done = $5, chunks_left = $6 WHERE id = $1`,
    [id, asJson(plan), asJson(page), asJson(reused), reused.frames, plan.chunks.length - reused.chunks],
  );
  const chunks = plan.chunks.map((chunk) => ({
    ...chunk,
    hash: hashes[chunk.index],
    state: isDone(chunk) ? "done" : "waiting",
    framesDone: isDone(chunk) ? chunk.endFrame - chunk.startFrame : 0,
  }));
  await tx.query(
    `INSERT INTO framewright.chunks (render_id, index, start_frame, end_frame, hash, state, frames_done)
     SELECT $1, (c ->> 'index')::int, (c ->> 'startFrame')::int, (c ->> 'endFrame')::int, c ->> 'hash', c ->> 'state',
       (c ->> 'framesDone')::int
     FROM jsonb_array_elements($2::jsonb) c ON CONFLICT DO NOTHING`,
    [id, asJson(chunks)],
  );
  await warn(tx, id, plan.warnings);
  const progress = {
    stage: "capture",
    framesTotal: plan.frames,
    framesDone: reused.frames,
    waitingFor: null,
  } as const;
  await report(tx, row, progress);
  deps.observer.stage(id, "capture");
  await deps.queue.add(
    tx,
    row.tenant,
    worksOf(
      row,
      plan.chunks.filter((chunk) => !isDone(chunk)),
    ),
  );
}

/** The work that is left: chunks, or to assemble them where all are there. */
function worksOf(row: LockedRender, chunks: readonly Chunk[]): readonly NewWork[] {
  const common = { priority: priorityOf(row), deadline: row.deadline };
  if (chunks.length === 0)
    return [{ ...common, work: { kind: "assemble", renderId: row.id, round: row.assemblies } }];
  return chunks.map(({ index }) => ({
    ...common,
    work: { kind: "chunk", renderId: row.id, index, round: 0 },
  }));
}
