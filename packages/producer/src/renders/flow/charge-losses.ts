import type { Warning } from "@framewright/contract";

import { asJson } from "../../postgres/as-json.ts";
import { LeaseLost } from "../../queue/lease.ts";
import { Charges, type Loss } from "../charges.ts";
import { thisMoment } from "../moment.ts";
import { lockUnfinished, warn } from "../row-changes.ts";
import type { Tries } from "../until-done.ts";
import type { FlowDeps } from "./flow-deps.ts";

/** Takes losses down in the render's row, so that no restart forgets them, and warns of each. */
export function chargeLosses(
  { database }: FlowDeps,
  renderId: string,
  warning: (loss: Loss) => Warning,
): Tries["noteLoss"] {
  return (failure, attempt) =>
    database.transaction(async (tx) => {
      const row = await lockUnfinished(tx, renderId);
      if (row === null) throw new LeaseLost("The render has ended.");
      const charges = new Charges(row.charges);
      const loss = charges.note(failure, attempt, await thisMoment(tx, renderId));
      await tx.query("UPDATE framewright.renders SET charges = $2 WHERE id = $1", [
        renderId,
        asJson(charges.state),
      ]);
      await warn(tx, renderId, [warning(loss)]);
      return loss;
    });
}
