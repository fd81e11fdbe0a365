import { isProblemError } from "@framewright/contract";

import type { Heartbeat } from "../health/heartbeat.ts";
import type { Log } from "../log.ts";
import { pause } from "../postgres/pause.ts";
import type { Store } from "../store/port.ts";

/** Between two questions: to a store that answers, and to one that does not. */
const INTERVAL_MS = 30_000;
const RETRY_MS = 1_000;
/** No key is below this: what is asked for costs a store nothing. */
const NOWHERE = "asked/";
const NOT_YET = "The store of files has not answered yet.";

export interface StoreWatchOptions {
  readonly store: Pick<Store, "list">;
  readonly heartbeat: Heartbeat;
  readonly log: Log;
}

/**
 * Asks the store now and then, and keeps readiness true to whether it answers: until it has, and while it refuses or is
 * away, the service is not ready.
 */
export function watchStore({ store, heartbeat, log }: StoreWatchOptions): { close(): void } {
  const closing = new AbortController();
  let fault: string | null = NOT_YET;
  heartbeat.setCause("store-unreachable", true, NOT_YET);
  const tell = (found: string | null, err?: unknown): void => {
    if (closing.signal.aborted) return;
    const cause = "store-unreachable";
    if (found !== null && found !== fault) log.error({ cause, detail: found, err }, "not ready");
    if (found === null && fault !== null && fault !== NOT_YET) log.info({ cause }, "ready again");
    fault = found;
    heartbeat.setCause(cause, found !== null, found ?? "");
  };
  const ask = async (): Promise<void> => {
    try {
      for await (const _ of store.list(NOWHERE)) break;
      tell(null);
    } catch (error) {
      tell(isProblemError(error) ? error.message : "The store of files does not answer.", error);
    }
  };
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await ask();
      await pause(fault === null ? INTERVAL_MS : RETRY_MS, closing.signal);
    }
  };
  void run();
  return { close: () => closing.abort() };
}
