import { type Chunk, isFinished } from "@framewright/contract";
import type { ChunkSeams } from "@framewright/engine";

import { asJson } from "../../postgres/as-json.ts";
import type { Transaction } from "../../postgres/database.ts";
import type { Stored } from "../../store/port.ts";
import type { LockedRender } from "../render-row.ts";
import { report } from "../row-changes.ts";
import { countChunk } from "./count-chunk.ts";
import type { FlowDeps } from "./flow-deps.ts";
import { priorityOf } from "./priority.ts";

interface KnownChunk {
  readonly chunk: Chunk;
  readonly hash: string;
  /** The hash that the chunk's row has. */
  readonly plannedHash: string;
}

interface Made extends KnownChunk {
  readonly key: string;
  readonly stored: Stored;
  /** What there is to tell of it, for every render that takes it. */
  readonly findings: unknown;
  /** (Default: it has none, as a sound.) */
  readonly seams?: ChunkSeams;
}

/** The row decides whose file is the one: a later one of the same content is removed by the sweep. */
export async function storeChunk(
  tx: Transaction,
  render: LockedRender | null,
  made: Made,
  deps: FlowDeps,
): Promise<void> {
  const { chunk, hash, key, stored, findings, seams = null } = made;
  // One that tells less of its seams, or nothing, cannot serve here.
  if (seams !== null)
    await tx.query(
      `DELETE FROM framewright.chunk_files
       WHERE hash = $1 AND (seams IS NULL OR ((seams ->> 'next') IS NULL AND $2::boolean)
         OR (seams ->> 'hasJumped' = 'true' AND NOT $3::boolean))`,
      [hash, seams.next !== null, seams.hasJumped === true],
    );
  await tx.query(
    `INSERT INTO framewright.chunk_files (hash, key, sha256, bytes, frames, findings, seams)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (hash) DO UPDATE SET used_at = now(), findings = coalesce(chunk_files.findings, excluded.findings)`,
    [
      hash,
      key,
      stored.sha256,
      stored.bytes,
      chunk.endFrame - chunk.startFrame,
      asJson(findings),
      asJson(seams),
    ],
  );
  await takeDone(tx, render, made, deps);
}

/** Marks a chunk as done; with the last one, the render can be assembled. */
export async function takeDone(
  tx: Transaction,
  row: LockedRender | null,
  { chunk, hash, plannedHash }: KnownChunk,
  deps: FlowDeps,
): Promise<void> {
  if (row === null || isFinished(row.state)) return;
  const renderId = row.id;
  if (hash !== plannedHash) {
    await tx.query("UPDATE framewright.chunks SET hash = $3 WHERE render_id = $1 AND index = $2", [
      renderId,
      chunk.index,
      hash,
    ]);
  }
  const frames = chunk.endFrame - chunk.startFrame;
  const { progress, meter, left } = await countChunk(tx, row, {
    index: chunk.index,
    framesDone: frames,
    isDone: true,
  });
  await report(tx, row, { ...progress, waitingFor: null }, meter);
  if (left > 0) return;
  const work = { kind: "assemble", renderId, round: row.assemblies } as const;
  await deps.queue.add(tx, row.tenant, [{ work, priority: priorityOf(row), deadline: row.deadline }]);
}
