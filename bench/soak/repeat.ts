import { setTimeout as sleep } from "node:timers/promises";

/** Does something after each pause, one after the other, until the signal aborts. */
export async function repeat(
  pauseMs: () => number,
  signal: AbortSignal,
  act: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    // The signal ends the pause, and with it the loop.
    await sleep(pauseMs(), undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await act();
  }
}
