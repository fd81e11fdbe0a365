import { setTimeout as sleep } from "node:timers/promises";

import { failing, LocalFault, mayPass } from "./s3-faults.ts";
import { FAULT_MS } from "./store-faults.ts";
import { untilAborted } from "./until-aborted.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;
/** A connection that fails may have been silent for so long before it was noticed. */
const NOTICED_WITHIN_MS = 13_000;

/** One try: it ends with the signal, and says when it gets ahead, which ends the fault. */
export type Attempt<T> = (signal: AbortSignal, onProgress: () => void) => Promise<T>;

/**
 * Tries until it succeeds, pausing longer each time and never for the same time as others do. Throws `store-unavailable`
 * when a fault lasts for 25 s, the signal's reason, and at once what cannot pass by itself.
 */
export async function persist<T>(attempt: Attempt<T>, signal: AbortSignal): Promise<T> {
  const fault = new Fault();
  for (;;) {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const late = fault.lastCall(startedAt);
    const onProgress = (): void => {
      late.clear();
      fault.end();
    };
    try {
      const ended = AbortSignal.any([signal, late.signal]);
      // Amazon's SDK does not heed the signal everywhere: not where it waits for credentials.
      return await untilAborted(attempt(ended, onProgress), ended);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LocalFault) throw error.cause;
      if (!mayPass(error)) throw error;
      // An attempt that is cut short by the end of the patience says nothing of what is wrong.
      const pauseMs = fault.note(startedAt, late.signal.aborted ? undefined : error);
      await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    } finally {
      late.clear();
    }
  }
}

/** A fault, from its first failure until something gets ahead. */
class Fault {
  #since: number | null = null;
  #what: unknown;
  #failures = 0;

  end(): void {
    this.#since = null;
    this.#failures = 0;
  }

  /** Aborts an attempt when the fault has lasted too long; without a fault an attempt may take any time. */
  lastCall(now: number): { readonly signal: AbortSignal; clear(): void } {
    const late = new AbortController();
    const timer =
      this.#since === null ? undefined : setTimeout(() => late.abort(), this.#since + FAULT_MS - now);
    return { signal: late.signal, clear: () => clearTimeout(timer) };
  }

  /** The pause before the next attempt. Throws `store-unavailable` when the fault will have lasted too long by then. */
  note(startedAt: number, error: unknown): number {
    const now = performance.now();
    this.#what = error ?? this.#what;
    this.#since ??= Math.max(startedAt, now - NOTICED_WITHIN_MS);
    const longestMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    const pauseMs = longestMs * (0.5 + Math.random() / 2);
    if (now + pauseMs >= this.#since + FAULT_MS) throw failing(this.#what);
    return pauseMs;
  }
}
