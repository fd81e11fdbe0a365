import { setTimeout as sleep } from "node:timers/promises";

import { isProblemError } from "@framewright/contract";

/** How soon something is tried again after the database was not there: well within a lease. */
const RETRY_MS = 300;

/** Does something, and again for as long as the database is away. Throws the signal's reason, or an AbortError of it. */
export async function untilAvailable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isProblemError(error) || error.code !== "database-unavailable") throw error;
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}
