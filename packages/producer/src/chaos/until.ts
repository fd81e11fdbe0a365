import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 25;

export interface Wait {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Between two looks. (Default: 25) */
  readonly lookMs?: number;
}

/**
 * Looks until there is something to see; gives it, with the milliseconds that it took. Throws when the time is over,
 * or when the signal aborts.
 */
export async function until<T>(
  look: () => Promise<T | null>,
  { what, timeoutMs, signal, lookMs = LOOK_MS }: Wait,
): Promise<{ readonly seen: T; readonly ms: number }> {
  const startedAt = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    const ms = performance.now() - startedAt;
    if (seen !== null) return { seen, ms };
    if (ms > timeoutMs) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await sleep(lookMs, undefined, { signal });
  }
}
