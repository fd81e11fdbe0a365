import { randomUUID } from "node:crypto";

import { ProblemError, type Render } from "@framewright/contract";

import { asJson } from "../postgres/as-json.ts";
import type { Transaction } from "../postgres/database.ts";
import type { Admitted, Submission } from "./port.ts";
import { QUEUED, type RenderRow, toRender } from "./render-row.ts";
import { resolveOptions } from "./resolve-options.ts";
import { appendEvents } from "./row-changes.ts";
import type { RenderSettings } from "./settings.ts";

/** What a caller is told to wait when the queue is full, at least and at most, in seconds. */
const RETRY_SECONDS = { min: 5, max: 600 } as const;
/** A guess at how long a queued render takes, while nobody knows better. */
const TYPICAL_RENDER_SECONDS = 30;
const TYPICAL_PLAN_SECONDS = 2;

type Limits = Pick<RenderSettings, "queueLimit" | "workers" | "tenantQueued" | "tenantFramesPerDay">;

function queueFull(what: "renders" | "plans", ahead: number, limit: string, workers: number): ProblemError {
  const typical = what === "renders" ? TYPICAL_RENDER_SECONDS : TYPICAL_PLAN_SECONDS;
  const guess = Math.ceil((typical * ahead) / Math.max(1, workers));
  const seconds = Math.min(RETRY_SECONDS.max, Math.max(RETRY_SECONDS.min, guess));
  const detail = `${ahead} ${what} are waiting, and ${limit}.`;
  return new ProblemError("queue-full", detail, { headers: { "Retry-After": String(seconds) } });
}

/** Refuses when too many renders wait, of all or of the tenant, or the tenant has had its frames. @throws ProblemError */
export async function checkQueue(tx: Transaction, tenant: string, limits: Limits): Promise<void> {
  const { queueLimit, tenantQueued, tenantFramesPerDay, workers } = limits;
  const [counted] = await tx.query<{ all: number; own: number }>(
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE tenant = $1)::int AS own
     FROM framewright.renders WHERE state = 'queued' AND finished_at IS NULL`,
    [tenant],
  );
  const { all, own } = counted ?? { all: 0, own: 0 };
  if (all >= queueLimit)
    throw queueFull("renders", all, `PRODUCER_QUEUE_LIMIT allows ${queueLimit}`, workers);
  if (own >= tenantQueued) {
    throw queueFull("renders", own, `PRODUCER_TENANT_QUEUED_RENDERS allows ${tenantQueued}`, workers);
  }
  await checkFrames(tx, tenant, tenantFramesPerDay);
}

async function checkFrames(tx: Transaction, tenant: string, limit: number): Promise<void> {
  if (limit === Number.MAX_SAFE_INTEGER) return;
  const [counted] = await tx.query<{ frames: number }>(
    `SELECT coalesce(sum((progress ->> 'framesTotal')::bigint), 0)::float8 AS frames FROM framewright.renders
     WHERE tenant = $1 AND created_at > now() - interval '1 day' AND state <> 'failed'`,
    [tenant],
  );
  const frames = counted?.frames ?? 0;
  if (frames < limit) return;
  const detail = `${frames} frames were rendered within a day, and PRODUCER_TENANT_FRAMES_PER_DAY allows ${limit}.`;
  throw new ProblemError("quota-exceeded", detail, { headers: { "Retry-After": String(3_600) } });
}

/** Refuses when too many plans without a render wait. @throws ProblemError */
export async function checkPlans(tx: Transaction, { queueLimit, workers }: Limits): Promise<void> {
  const [counted] = await tx.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM framewright.plans WHERE plan IS NULL AND problem IS NULL AND deadline > now()",
  );
  const waiting = Math.max(0, (counted?.count ?? 0) - workers);
  if (waiting >= queueLimit) {
    throw queueFull("plans", waiting, `PRODUCER_QUEUE_LIMIT allows ${queueLimit}`, workers);
  }
}

/** The render that an earlier request with the same key made. @throws ProblemError `idempotency-key-reused` */
export async function findReplay(
  tx: Transaction,
  { tenant, idempotency }: Pick<Submission, "tenant" | "idempotency">,
): Promise<Render | null> {
  if (!idempotency) return null;
  const [known] = await tx.query<RenderRow & { request_hash: string }>(
    `SELECT r.*, k.request_hash FROM framewright.idempotency_keys k JOIN framewright.renders r ON r.id = k.render_id
     WHERE k.tenant = $1 AND k.key = $2`,
    [tenant, idempotency.key],
  );
  if (!known) return null;
  if (known.request_hash === idempotency.requestHash) return toRender(known);
  throw new ProblemError("idempotency-key-reused", "The key belongs to a request with another body.");
}

/** How many renders came before this one and have not ended. */
export async function countAhead(tx: Transaction, { ord }: Pick<RenderRow, "ord">): Promise<number> {
  const [ahead] = await tx.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM framewright.renders WHERE finished_at IS NULL AND ord < $1",
    [ord],
  );
  return ahead?.count ?? 0;
}

/** Admits a render in one transaction: its row, its key and its first events. */
export async function insertRender(
  tx: Transaction,
  submission: Submission,
  settings: Limits & Pick<RenderSettings, "renderTimeoutMs">,
): Promise<Admitted> {
  const { tenant, options, idempotency, requestId, snapshot } = submission;
  // One admission at a time, so that no limit is passed and no key makes two renders.
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('framewright.admission'))");
  const earlier = await findReplay(tx, submission);
  if (earlier) return { render: earlier, replayed: true };
  await checkQueue(tx, tenant, settings);
  const { source, hash, files, bytes } = snapshot;
  const [row] = await tx.query<RenderRow>(
    `INSERT INTO framewright.renders (id, tenant, request_id, options, snapshot, deadline, progress)
     VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond', $7) RETURNING *`,
    [
      randomUUID(),
      tenant,
      requestId,
      asJson(resolveOptions(options)),
      asJson({ source, hash, files, bytes }),
      settings.renderTimeoutMs,
      asJson(QUEUED),
    ],
  );
  if (!row) throw new Error("The render's row was not made.");
  if (idempotency) {
    await tx.query(
      "INSERT INTO framewright.idempotency_keys (tenant, key, request_hash, render_id) VALUES ($1, $2, $3, $4)",
      [tenant, idempotency.key, idempotency.requestHash, row.id],
    );
  }
  const progress = { ...QUEUED, queuePosition: await countAhead(tx, row) };
  await appendEvents(tx, row.id, [
    { type: "state", state: "queued" },
    { type: "progress", progress },
  ]);
  return { render: toRender(row), replayed: false };
}
