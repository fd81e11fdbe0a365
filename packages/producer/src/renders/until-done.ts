import type { Warning } from "@framewright/contract";
import { orDiskFull } from "@framewright/engine";

import { type Attempt, type Loss, MAX_CHARGES } from "./charges.ts";

export interface Tries {
  /** Takes down a failed try, and says what it counts. @throws when there is no further one */
  readonly noteLoss: (failure: unknown, attempt: Attempt) => Promise<Loss>;
  readonly signal: AbortSignal;
  /** Where the work writes. */
  readonly dir: string;
}

/**
 * Tries work again for as long as it is merely lost and the charges allow. An attempt that may wait
 * for a worker while others run says when one has taken it. @throws ProblemError
 */
export async function untilDone<T>(
  { noteLoss, signal, dir }: Tries,
  attempt: (onStarted: () => void) => Promise<T>,
): Promise<T> {
  for (;;) {
    let beganAt = performance.now();
    try {
      return await attempt(() => (beganAt = performance.now()));
    } catch (error) {
      signal.throwIfAborted();
      const ageMs = (): number => performance.now() - beganAt;
      await noteLoss(await orDiskFull(error, dir), { ageMs, dir });
    }
  }
}

/** One sentence or two: what was lost, and whether it counts against the composition. */
export function lossWords({ problem, charge }: Loss): string {
  const account =
    charge === null
      ? "It was not charged to the composition."
      : `It was charged to the composition (${charge} of ${MAX_CHARGES}).`;
  return `${problem.message} ${account}`;
}

/** Tells that a step of a render that is no chunk is done again. */
export function lossWarning(what: string, loss: Loss): Warning {
  return {
    code: "step-retried",
    message: `${what} was done again: ${lossWords(loss)}`,
    remedy: "Nothing, if it stays rare.",
  };
}
