import { randomUUID } from "node:crypto";

import type { Database } from "../../packages/producer/src/postgres/database.ts";
import type { Queue } from "../../packages/producer/src/queue/open-queue.ts";
import { QUEUED } from "../../packages/producer/src/renders/render-row.ts";

const TENANT = "default";
const HOUR_MS = 3_600_000;

/**
 * Puts a render of so many chunks of one frame into the queue, as its plan would. Gives its id. Its row says one more
 * than there are, so that it is never assembled: nothing is captured that could be. Its composition is its own, so that
 * no chunk is there already.
 */
export async function layOut(database: Database, queue: Queue, chunks: number): Promise<string> {
  const id = randomUUID();
  const deadline = new Date(Date.now() + HOUR_MS);
  const list = Array.from({ length: chunks }, (_, index) => ({
    index,
    startFrame: index,
    endFrame: index + 1,
  }));
  const plan = { frames: chunks, hosts: [], width: 16, height: 16, deviceScaleFactor: 1, chunks: list };
  const progress = { ...QUEUED, stage: "capture", framesTotal: chunks };
  await queue.ensureTenant(TENANT);
  await database.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO framewright.renders (id, tenant, state, request_id, options, snapshot, deadline, released, progress, plan, page, chunks_left)
       VALUES ($1, $2, 'running', 'bench', '{}', jsonb_build_object('hash', $1::uuid), $3, true, $4, $5, '{"width":16,"height":16}', $6)`,
      [id, TENANT, deadline, JSON.stringify(progress), JSON.stringify(plan), chunks + 1],
    );
    await tx.query(
      `INSERT INTO framewright.chunks (render_id, index, start_frame, end_frame, hash)
       SELECT $1::uuid, n, n, n + 1, $1::uuid::text || ':' || n FROM generate_series(0, $2 - 1) n`,
      [id, chunks],
    );
    const works = list.map(({ index }) => ({
      work: { kind: "chunk", renderId: id, index, round: 0 } as const,
      priority: 1,
      deadline,
    }));
    await queue.add(tx, TENANT, works);
  });
  return id;
}

/** How many of a render's chunks are not done. @throws what it has failed of */
export async function chunksLeft(database: Database, id: string): Promise<number> {
  const [row] = await database.query<{ left: number; detail: string | null }>(
    "SELECT chunks_left - 1 AS left, problem ->> 'detail' AS detail FROM framewright.renders WHERE id = $1",
    [id],
  );
  if (row === undefined) throw new Error("The render is gone.");
  if (row.detail !== null) throw new Error(`The render has failed: ${row.detail}`);
  return row.left;
}
