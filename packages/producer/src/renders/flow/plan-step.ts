import type { Chunk } from "@framewright/contract";
import type { ChunkSeams } from "@framewright/engine";

import { asJson } from "../../postgres/as-json.ts";
import type { Transaction } from "../../postgres/database.ts";
import type { Lease } from "../../queue/lease.ts";
import type { NewWork } from "../../queue/work.ts";
import type { Planned } from "../../plan/plan.ts";
import { keepLibraries } from "../library-store.ts";
import { type PartKind, partWork } from "../part-work.ts";
import { planComposition } from "../plan-render.ts";
import type { LockedRender, RenderRow } from "../render-row.ts";
import { lockUnfinished, readRender, report, start, warn } from "../row-changes.ts";
import { lossWarning } from "../until-done.ts";
import { chargeLosses } from "./charge-losses.ts";
import { chunkHash, soundHash } from "./chunk-hash.ts";
import type { FlowDeps } from "./flow-deps.ts";
import { openReports } from "./reports.ts";
import { tellsSeams } from "./seams.ts";
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
  const parts = partsOf(render, planned, deps);
  const hashes = parts.map(({ hash }) => hash);
  const known = await tx.query<{ hash: string; seams: ChunkSeams | null }>(
    "UPDATE framewright.chunk_files SET used_at = now() WHERE hash = ANY($1) RETURNING hash, seams",
    [hashes],
  );
  const files = new Map(known.map((file) => [file.hash, file]));
  const isDone = ({ kind, index, hash, endFrame }: Part): boolean => {
    const file = files.get(hash);
    const neighbours = { isFirst: index === 0, isFollowed: endFrame < plan.endFrame };
    return file !== undefined && (kind === "sound" || tellsSeams(file.seams, neighbours));
  };
  const left = parts.filter((part) => !isDone(part));
  const reusedChunks = parts.filter((part) => part.kind === "frames" && isDone(part));
  const framesOf = (chunks: readonly Chunk[]): number =>
    chunks.reduce((sum, { startFrame, endFrame }) => sum + endFrame - startFrame, 0);
  const reused = { chunks: reusedChunks.length, frames: framesOf(reusedChunks) };
  await tx.query(
    `UPDATE framewright.renders SET plan = $2, page = $3, reused = $4, frames_done = $5, chunks_left = $6 WHERE id = $1`,
    [id, asJson(plan), asJson(page), asJson(reused), reused.frames, left.length],
  );
  const rows = parts.map((part) => ({
    ...part,
    state: isDone(part) ? "done" : "waiting",
    framesDone: isDone(part) ? part.endFrame - part.startFrame : 0,
  }));
  await tx.query(
    `INSERT INTO framewright.chunks (render_id, index, start_frame, end_frame, hash, state, frames_done, kind)
     SELECT $1, (c ->> 'index')::int, (c ->> 'startFrame')::int, (c ->> 'endFrame')::int, c ->> 'hash', c ->> 'state',
       (c ->> 'framesDone')::int, c ->> 'kind'
     FROM jsonb_array_elements($2::jsonb) c ON CONFLICT DO NOTHING`,
    [id, asJson(rows)],
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
  await deps.queue.add(tx, row.tenant, worksOf(row, left));
}

interface Part extends Chunk {
  readonly kind: PartKind;
  readonly hash: string;
}

/** The chunks of a plan and, after the last one, its sound. */
function partsOf(render: RenderRow, planned: Planned, { settings }: FlowDeps): Part[] {
  const { chunks, sound, endFrame } = planned.plan;
  const parts: Part[] = chunks.map((chunk) => ({
    ...chunk,
    kind: "frames",
    hash: chunkHash(render, planned, chunk, settings),
  }));
  if (!sound) return parts;
  const hash = soundHash(render, planned, sound, settings);
  return [...parts, { kind: "sound", index: chunks.length, startFrame: endFrame, endFrame, hash }];
}

/** The work that is left: parts, or to assemble them where all are there. */
function worksOf(row: LockedRender, parts: readonly Part[]): readonly NewWork[] {
  const common = { priority: priorityOf(row), deadline: row.deadline };
  if (parts.length === 0)
    return [{ ...common, work: { kind: "assemble", renderId: row.id, round: row.assemblies } }];
  // The sound first: it is one piece, and may take as long as many chunks.
  const inOrder = parts.toSorted((a, b) => Number(b.kind === "sound") - Number(a.kind === "sound"));
  return inOrder.map((part) => ({ ...common, work: partWork(row.id, { ...part, round: 0 }) }));
}
