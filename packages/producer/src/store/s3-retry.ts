import { setTimeout as sleep } from "node:timers/promises";

import { failing, LocalFault, mayPass } from "./s3-faults.ts";
import { FAULT_MS } from "./store-faults.ts";

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
  let failsSince: number | null = null;
  let fault: unknown;
  for (let tries = 0; ; tries += 1) {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const late = new AbortController();
    const leftMs = failsSince === null ? null : failsSince + FAULT_MS - startedAt;
    const timer = leftMs === null ? undefined : setTimeout(() => late.abort(), leftMs);
    const onProgress = (): void => {
      failsSince = null;
      tries = 0;
      clearTimeout(timer);
    };
    try {
      return await attempt(AbortSignal.any([signal, late.signal]), onProgress);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LocalFault) throw error.cause;
      if (!mayPass(error)) throw error;
      // An attempt that is cut short by the end of the patience says nothing of what is wrong.
      if (!late.signal.aborted) fault = error;
      const now = performance.now();
      failsSince ??= Math.max(startedAt, now - NOTICED_WITHIN_MS);
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) * (0.5 + Math.random() / 2);
      if (now + pauseMs >= failsSince + FAULT_MS) throw failing(fault);
      await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    } finally {
      clearTimeout(timer);
    }
  }
}
