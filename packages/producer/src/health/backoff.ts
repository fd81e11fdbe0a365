import { setTimeout as sleep } from "node:timers/promises";

const BACKOFF_MIN_MS = 200;
const BACKOFF_MAX_MS = 30_000;
/** Spreads retries, so that the threads of many services on one machine do not start in step. */
const JITTER = 0.25;

/** How long to wait, in ms, before trying again after so many failures in a row. */
export function backoffMs(failures: number): number {
  const base = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(base * (1 + JITTER * Math.random()));
}

/** Waits for so long or until the signal; either way it resolves. Does not keep the process alive. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(durationMs, undefined, { ref: false, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
