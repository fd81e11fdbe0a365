import type { RenderEvent } from "@framewright/contract";

import type { Database } from "../postgres/database.ts";
import { pause } from "../postgres/pause.ts";
import { nextNotice, type Notices } from "../queue/notices.ts";

/** Where no notice comes, the database is asked all the same. */
const POLL_MS = 2_000;
const PAGE = 500;
/** Between two looks: a render on many machines has news all the time. */
const PACE_MS = 150;

/** Where to begin: an id beyond the last is from before the database was restored, and everything is told again. */
async function firstSeen(database: Database, id: string, afterId: number): Promise<number> {
  if (afterId === 0) return 0;
  const [row] = await database.query<{ isThere: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM framewright.events WHERE render_id = $1 AND id >= $2) AS "isThere"`,
    [id, afterId],
  );
  return row?.isThere === true ? afterId : 0;
}

/** A render's events after `afterId`, then live ones; ends after `finished`, or when the signal aborts. */
export async function* followEvents(
  { database, notices }: { readonly database: Database; readonly notices: Notices },
  id: string,
  afterId: number,
  signal: AbortSignal,
): AsyncGenerator<RenderEvent> {
  let seen = await firstSeen(database, id, afterId);
  let isLastLook = false;
  while (!signal.aborted) {
    // From before the look on, so that nothing falls between the two.
    const notice = nextNotice(notices, { topic: "events", about: id, withinMs: POLL_MS }, signal);
    try {
      const rows = await database.query<{ event: RenderEvent }>(
        "SELECT event FROM framewright.events WHERE render_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        [id, seen, PAGE],
      );
      for (const { event } of rows) {
        if (signal.aborted) return;
        seen = event.id;
        yield event;
        if (event.type === "finished") return;
      }
      if (rows.length > 0) {
        await pause(PACE_MS, signal);
        continue;
      }
      if (isLastLook) return;
      // What it ended with may have come since the look.
      isLastLook = await hasEnded(database, id);
      if (!isLastLook) await notice.wait;
    } finally {
      notice.stop();
    }
  }
}

/** Whether nothing will come any more: the last event was seen before, or the render is forgotten. */
async function hasEnded(database: Database, id: string): Promise<boolean> {
  const [row] = await database.query<{ ended: boolean }>(
    "SELECT finished_at IS NOT NULL AS ended FROM framewright.renders WHERE id = $1",
    [id],
  );
  return row?.ended ?? true;
}
