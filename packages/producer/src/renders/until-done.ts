import type { Warning } from "@framewright/contract";
import { orDiskFull } from "@framewright/engine";

import { type Charges, type Loss, MAX_CHARGES } from "./charges.ts";

export interface Tries {
  readonly charges: Charges;
  readonly signal: AbortSignal;
  /** Where the work writes. */
  readonly dir: string;
  /** Told before each further try. */
  readonly onLoss: (loss: Loss) => void;
}

/**
 * Tries work again for as long as it is merely lost and the charges allow. An attempt that may wait
 * for a worker while others run says when one has taken it. @throws ProblemError
 */
export async function untilDone<T>(
  { charges, signal, dir, onLoss }: Tries,
  attempt: (onStarted: () => void) => Promise<T>,
): Promise<T> {
  for (;;) {
    let beganAt = performance.now();
    try {
      return await attempt(() => (beganAt = performance.now()));
    } catch (error) {
      signal.throwIfAborted();
      onLoss(charges.note(await orDiskFull(error, dir), { beganAt, dir }));
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
