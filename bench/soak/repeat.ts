import { setTimeout as sleep } from "node:timers/promises";

/** Does something every so often, one after the other, until the signal aborts. */
export async function repeat(
  intervalMs: number,
  signal: AbortSignal,
  act: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    // The signal ends the wait, and with it the loop.
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await act();
  }
}
