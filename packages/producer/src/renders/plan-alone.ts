import { isProblemError, type Plan, ProblemError } from "@framewright/contract";

import { Charges, type Loss } from "./charges.ts";
import { type PlanDeps, planSubmission } from "./plan-render.ts";
import type { Submission } from "./port.ts";
import { planLimitMs } from "./time-limits.ts";

export interface PlanAloneOptions {
  readonly signal: AbortSignal;
  readonly onLoss: (loss: Loss) => void;
}

/** Plans without a render, in the time that a plan has. @throws ProblemError */
export async function planAlone(
  submission: Submission,
  deps: PlanDeps,
  { signal, onLoss }: PlanAloneOptions,
): Promise<Plan> {
  const limitMs = planLimitMs(deps.settings);
  const bounds = { deadline: Date.now() + limitMs, signal, charges: new Charges(), onLoss };
  try {
    return (await planSubmission(submission, deps, bounds)).plan;
  } catch (error) {
    if (!isProblemError(error) || error.code !== "render-timeout") throw error;
    const detail = `The plan was not done within ${limitMs / 1000} s; PRODUCER_PLAN_TIMEOUT_SECONDS sets how long it may take.`;
    throw new ProblemError("render-timeout", detail, { cause: error });
  }
}
