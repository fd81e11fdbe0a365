import { ProblemError } from "@framewright/contract";

import { asJson } from "../../postgres/as-json.ts";
import { notify } from "../../queue/notices.ts";
import { type Lease, LeaseLost } from "../../queue/lease.ts";
import { Charges, type ChargesState } from "../charges.ts";
import { deadlineHere } from "../deadline-here.ts";
import { thisMoment } from "../moment.ts";
import { planComposition } from "../plan-render.ts";
import type { SnapshotIdentity } from "../port.ts";
import type { StoredOptions } from "../resolve-options.ts";
import type { Tries } from "../until-done.ts";
import { lossWords } from "../until-done.ts";
import type { FlowDeps } from "./flow-deps.ts";
import { settle } from "./settle.ts";
import { withComposition } from "./with-composition.ts";

interface PlanRow {
  readonly id: string;
  readonly tenant: string;
  readonly options: StoredOptions;
  readonly snapshot: SnapshotIdentity;
  readonly deadline: Date;
  readonly charges: ChargesState | null;
}

function chargeLosses({ database, log }: FlowDeps, id: string): Tries["noteLoss"] {
  return (failure, attempt) =>
    database.transaction(async (tx) => {
      const [row] = await tx.query<PlanRow>("SELECT * FROM framewright.plans WHERE id = $1 FOR UPDATE", [id]);
      if (!row) throw new LeaseLost("Nobody waits for the plan any more.");
      const charges = new Charges(row.charges);
      const loss = charges.note(failure, attempt, await thisMoment(tx, null));
      await tx.query("UPDATE framewright.plans SET charges = $2 WHERE id = $1", [id, asJson(charges.state)]);
      log.warn({ detail: lossWords(loss) }, "a plan is made again");
      return loss;
    });
}

/** Makes a plan that a caller waits for. */
export async function planAloneStep(lease: Lease, id: string, deps: FlowDeps): Promise<void> {
  const [row] = await deps.database.query<PlanRow>(
    `SELECT id, tenant, options, snapshot, charges, ${deadlineHere(2)} FROM framewright.plans WHERE id = $1`,
    [id, new Date()],
  );
  if (!row) return settle(deps, lease, "done", async () => undefined);
  deps.observer.progressed();
  await withComposition(deps, row, lease.signal, async (composition) => {
    const { plan } = await planComposition(composition, deps, {
      deadline: row.deadline.getTime(),
      signal: lease.signal,
      noteLoss: chargeLosses(deps, id),
    });
    await settle(deps, lease, "done", async (tx) => {
      await tx.query("UPDATE framewright.plans SET plan = $2 WHERE id = $1", [id, asJson(plan)]);
      await notify(tx, "plans", id);
    });
  });
  deps.observer.progressed();
}

/** What a plan that was not done in time is told with. */
export function planOverdue(limitMs: number): ProblemError {
  const detail = `The plan was not done within ${limitMs / 1000} s; PRODUCER_PLAN_TIMEOUT_SECONDS sets how long it may take.`;
  return new ProblemError("render-timeout", detail);
}
