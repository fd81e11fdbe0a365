import type { Log } from "../log.ts";
import type { Database } from "../postgres/database.ts";
import type { Store } from "../store/port.ts";
import type { RenderSettings } from "./settings.ts";

/** However short the retention, what has just been put stays until whoever put it has named it. */
const GRACE_MS = 3_600_000;
/** Attempts are looked at while their work is in the queue. */
const ATTEMPTS_DAYS = 7;
const AT_A_TIME = 1_000;
/** A render goes with its chunks and events, of which there may be thousands. */
const RENDERS_AT_A_TIME = 100;

export interface RetentionDeps {
  readonly database: Database;
  readonly store: Store;
  readonly settings: Pick<RenderSettings, "retentionMs" | "retentionBytes">;
  readonly log: Log;
}

interface Keyed {
  readonly id: string;
  readonly key: string;
}

/** Artifacts past their time, and the oldest of those that are more than may be kept. */
async function expiredArtifacts({ database, settings }: RetentionDeps): Promise<readonly Keyed[]> {
  return database.query<Keyed>(
    `SELECT id, key FROM (
       SELECT id, artifact_key AS key, finished_at,
         sum((artifact ->> 'bytes')::bigint) OVER (ORDER BY finished_at DESC, id) AS bytes_up_to
       FROM framewright.renders WHERE artifact_key IS NOT NULL
     ) kept
     WHERE finished_at < now() - $1 * interval '1 millisecond' OR bytes_up_to > $2
     LIMIT $3`,
    [settings.retentionMs, settings.retentionBytes ?? Number.MAX_SAFE_INTEGER, AT_A_TIME],
  );
}

/** Removes what is past its time: the bytes first, so that nothing is forgotten that is still there. */
export async function sweepArtifacts(deps: RetentionDeps): Promise<void> {
  const expired = await expiredArtifacts(deps);
  await deps.store.delete(expired.map(({ key }) => key));
  await deps.database.query("UPDATE framewright.renders SET artifact_key = NULL WHERE id = ANY($1)", [
    expired.map(({ id }) => id),
  ]);
  if (expired.length > 0) deps.log.info({ count: expired.length }, "old artifacts removed");
}

/**
 * Forgets rows, and removes the files that they named. Whoever wants to name one of them again meanwhile waits for it,
 * so that no file goes that has been found again.
 */
async function forget({ database, store }: RetentionDeps, sql: string, olderThanMs: number): Promise<void> {
  await database.transaction(async (tx) => {
    const rows = await tx.query<{ key: string }>(sql, [olderThanMs, AT_A_TIME]);
    await store.delete(rows.map(({ key }) => key));
  });
}

const UNUSED_CHUNKS = `DELETE FROM framewright.chunk_files WHERE hash IN (
    SELECT hash FROM framewright.chunk_files f
    WHERE used_at < now() - $1 * interval '1 millisecond' AND NOT EXISTS (
      SELECT 1 FROM framewright.chunks c JOIN framewright.renders r ON r.id = c.render_id
      WHERE c.hash = f.hash AND r.finished_at IS NULL)
    LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING key`;

const UNUSED_SNAPSHOTS = `DELETE FROM framewright.snapshots WHERE hash IN (
    SELECT hash FROM framewright.snapshots s
    WHERE used_at < now() - $1 * interval '1 millisecond' AND NOT EXISTS (
      SELECT 1 FROM framewright.renders r WHERE r.finished_at IS NULL AND r.snapshot ->> 'hash' = s.hash)
      AND NOT EXISTS (SELECT 1 FROM framewright.plans p WHERE p.snapshot ->> 'hash' = s.hash)
    LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING 'snapshots/' || hash || '.tar' AS key`;

/** Forgets renders after twice the time of their artifacts, and attempts that nobody looks at any more. */
export async function forgetRenders({ database, settings }: RetentionDeps): Promise<void> {
  await database.query(
    `DELETE FROM framewright.renders WHERE id IN (
       SELECT id FROM framewright.renders
       WHERE artifact_key IS NULL AND finished_at < now() - $1 * interval '1 millisecond' LIMIT $2)`,
    [2 * settings.retentionMs, RENDERS_AT_A_TIME],
  );
  await database.query(
    `DELETE FROM framewright.attempts WHERE (job_id, attempt) IN (
       SELECT job_id, attempt FROM framewright.attempts WHERE started_at < now() - $1 * interval '1 day' LIMIT $2)`,
    [ATTEMPTS_DAYS, 10 * AT_A_TIME],
  );
}

/** Removes chunks that no render has used for as long as artifacts are kept. */
export async function sweepChunks(deps: RetentionDeps): Promise<void> {
  await forget(deps, UNUSED_CHUNKS, deps.settings.retentionMs);
}

/** Removes compositions that no render has used for as long as artifacts are kept. */
export async function sweepSnapshots(deps: RetentionDeps): Promise<void> {
  await forget(deps, UNUSED_SNAPSHOTS, Math.max(GRACE_MS, deps.settings.retentionMs));
}

/** The same render is to give the same video next year. Libraries are small, and each is there once for all renders. */
const LIBRARY_DAYS = 400;

const UNUSED_LIBRARIES = `DELETE FROM framewright.libraries WHERE hash IN (
    SELECT hash FROM framewright.libraries WHERE used_at < now() - $1 * interval '1 millisecond'
    LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING 'libraries/' || hash AS key`;

/** Removes libraries that no render has been planned with for longer than a year. */
export async function sweepLibraries(deps: RetentionDeps): Promise<void> {
  await forget(deps, UNUSED_LIBRARIES, LIBRARY_DAYS * 86_400_000);
}

/** A tarball that no row names gets one, as of long ago: then it goes as any other that is not used, and is found again as one. */
const ADOPT = `
  INSERT INTO framewright.snapshots (hash, bytes, used_at)
  SELECT substring(key FROM '^snapshots/(.*)\\.tar$'), 0, 'epoch' FROM unnest($1::text[]) key
  ON CONFLICT DO NOTHING`;

/** By the clock that all hosts share: one whose own is ahead must not take what others have just put for old. */
async function someTimeAgo(database: Database, ms: number): Promise<Date> {
  const [row] = await database.query<{ then: Date }>("SELECT now() - $1 * interval '1 millisecond' AS then", [
    ms,
  ]);
  if (!row) throw new Error("The database gave no time.");
  return row.then;
}

/** Removes files that no row names: of work whose owner was lost before it could say what it had made. */
export async function sweepOrphans({ database, store, log }: RetentionDeps): Promise<void> {
  const olderThan = await someTimeAgo(database, GRACE_MS);
  await store.sweep(olderThan);
  const known = [
    { prefix: "chunks/", sql: "SELECT key FROM framewright.chunk_files WHERE key = ANY($1)" },
    {
      prefix: "renders/",
      sql: "SELECT artifact_key AS key FROM framewright.renders WHERE artifact_key = ANY($1)",
    },
  ];
  for (const { prefix, sql } of known) {
    let old: string[] = [];
    const removeUnknown = async (): Promise<void> => {
      const named = new Set((await database.query<{ key: string }>(sql, [old])).map(({ key }) => key));
      const orphans = old.filter((key) => !named.has(key));
      await store.delete(orphans);
      if (orphans.length > 0) log.info({ prefix, count: orphans.length }, "files that nothing names removed");
      old = [];
    };
    for await (const { key, storedAt } of store.list(prefix)) {
      if (storedAt < olderThan) old.push(key);
      if (old.length >= AT_A_TIME) await removeUnknown();
    }
    await removeUnknown();
  }
  const snapshots: string[] = [];
  for await (const { key, storedAt } of store.list("snapshots/")) {
    if (storedAt < olderThan) snapshots.push(key);
  }
  await database.query(ADOPT, [snapshots]);
}
