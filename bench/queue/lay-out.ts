import { randomUUID } from "node:crypto";

import type { Database } from "../../packages/producer/src/postgres/database.ts";
import type { Queue } from "../../packages/producer/src/queue/open-queue.ts";
import { QUEUED } from "../../packages/producer/src/renders/render-row.ts";

const TENANT = "default";
const HOUR_MS = 3_600_000;

/** Puts a render of so many chunks of one frame into the queue, as its plan would. Gives its id. */
export async function layOut(database: Database, queue: Queue, chunks: number): Promise<string> {
  const id = randomUUID();
  const deadline = new Date(Date.now() + HOUR_MS);
  const list = Array.from({ length: chunks }, (_, index) => ({
    index,
    startFrame: index,
    endFrame: index + 1,
  }));
  const plan = { frames: chunks, width: 16, height: 16, deviceScaleFactor: 1, chunks: list };
  const progress = { ...QUEUED, stage: "capture", framesTotal: chunks };
  await queue.ensureTenant(TENANT);
  await database.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO framewright.renders (id, tenant, state, request_id, options, snapshot, deadline, released, progress, plan, page, chunks_left)
       VALUES ($1, $2, 'running', 'bench', '{}', '{"hash":"0"}', $3, true, $4, $5, '{"width":16,"height":16}', $6)`,
      [id, TENANT, deadline, JSON.stringify(progress), JSON.stringify(plan), chunks],
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
