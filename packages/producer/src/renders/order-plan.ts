import { randomUUID } from "node:crypto";

import { type Evidence, isProblemCode, type Plan, ProblemError } from "@framewright/contract";

import type { Log } from "../log.ts";
import { asJson } from "../postgres/as-json.ts";
import type { Database } from "../postgres/database.ts";
import { nextNotice, type Notices, notify } from "../queue/notices.ts";
import type { Queue } from "../queue/open-queue.ts";
import type { Work } from "../queue/work.ts";
import { checkPlans } from "./admission.ts";
import { planOverdue } from "./flow/plan-alone-step.ts";
import type { Submission } from "./port.ts";
import { resolveOptions } from "./resolve-options.ts";
import type { RenderSettings } from "./settings.ts";
import { planLimitMs } from "./time-limits.ts";

/** Where no notice comes, the database is asked all the same. */
const POLL_MS = 1_000;

export interface OrderPlanDeps {
  readonly log: Log;
  readonly database: Database;
  readonly queue: Queue;
  readonly notices: Notices;
  readonly settings: RenderSettings;
}

interface Outcome {
  readonly plan: Plan | null;
  readonly problem: {
    readonly code: string;
    readonly detail: string;
    readonly evidence: Evidence | null;
  } | null;
}

/** Has a worker make a plan, and waits for it. Who leaves, or waits too long, takes the order back. @throws ProblemError */
export async function orderPlan(
  submission: Submission,
  deps: OrderPlanDeps,
  signal: AbortSignal,
): Promise<Plan> {
  signal.throwIfAborted();
  const { database, queue, settings } = deps;
  const { tenant } = submission;
  const id = randomUUID();
  const work: Work = { kind: "plan-alone", planId: id };
  const limitMs = planLimitMs(settings);
  await queue.ensureTenant(tenant);
  const { source, hash, files, bytes } = submission.snapshot;
  await database.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('framewright.plans'))");
    await checkPlans(tx, settings);
    await tx.query(
      `INSERT INTO framewright.plans (id, tenant, request_id, options, snapshot, deadline)
       VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond')`,
      [
        id,
        tenant,
        submission.requestId,
        asJson(resolveOptions(submission.options)),
        asJson({ source, hash, files, bytes }),
        limitMs,
      ],
    );
    const deadline = new Date(Date.now() + limitMs);
    await queue.add(tx, tenant, [{ work, priority: 0, deadline }]);
  });
  try {
    return await untilMade(id, deps, AbortSignal.any([signal, AbortSignal.timeout(limitMs)]));
  } catch (error) {
    if (!signal.aborted && error instanceof DOMException && error.name === "TimeoutError")
      throw planOverdue(limitMs);
    throw error;
  } finally {
    await takeBack(id, tenant, deps);
  }
}

/** Takes an order off; one that stays because the database is away goes with its deadline. */
async function takeBack(id: string, tenant: string, { database, queue, log }: OrderPlanDeps): Promise<void> {
  try {
    await database.transaction(async (tx) => {
      await queue.drop(tx, tenant, [{ kind: "plan-alone", planId: id }]);
      await tx.query("DELETE FROM framewright.plans WHERE id = $1", [id]);
      await notify(tx, "ended", id);
    });
  } catch (error) {
    log.warn({ err: error, planId: id }, "a plan could not be taken off; it goes with its deadline");
  }
}

async function untilMade(
  id: string,
  { database, notices }: OrderPlanDeps,
  signal: AbortSignal,
): Promise<Plan> {
  for (;;) {
    signal.throwIfAborted();
    const notice = nextNotice(notices, { topic: "plans", about: id, withinMs: POLL_MS }, signal);
    try {
      const [row] = await database.query<Outcome>(
        "SELECT plan, problem FROM framewright.plans WHERE id = $1",
        [id],
      );
      if (row?.plan) return row.plan;
      if (row?.problem) throw problemOf(row.problem);
      if (!row) throw new ProblemError("internal", "The plan was given up.");
      await notice.wait;
    } finally {
      notice.stop();
    }
  }
}

function problemOf({ code, detail, evidence }: NonNullable<Outcome["problem"]>): ProblemError {
  return new ProblemError(isProblemCode(code) ? code : "internal", detail, evidence ? { evidence } : {});
}
