import { setTimeout as sleep } from "node:timers/promises";

/** Waits for so long or until the signal; either way it resolves. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(durationMs, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
