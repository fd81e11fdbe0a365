import { setTimeout as sleep } from "node:timers/promises";

import { isProblemError } from "@framewright/contract";

import type { Heartbeat } from "../health/heartbeat.ts";
import type { Log } from "../log.ts";
import { pause } from "../postgres/pause.ts";
import type { Store } from "../store/port.ts";

/** Between two questions: to a store that answers, and to one that does not. */
const INTERVAL_MS = 30_000;
const RETRY_MS = 1_000;
/** How long a start waits for the first answer. */
const FIRST_ANSWER_MS = 2_000;
/** No key is below this: what is asked for costs a store nothing. */
const NOWHERE = "asked/";

export interface StoreWatchOptions {
  readonly store: Pick<Store, "list">;
  readonly heartbeat: Heartbeat;
  readonly log: Log;
}

/**
 * Asks the store now and then, and keeps readiness true to whether it answers: a service with a store that it may not
 * use, or that is not there, is not ready. Settles once that is known, or has not been for a while.
 */
export async function watchStore({ store, heartbeat, log }: StoreWatchOptions): Promise<{ close(): void }> {
  const closing = new AbortController();
  let fault: string | null = null;
  const tell = (found: string | null, cause?: unknown): void => {
    if (closing.signal.aborted) return;
    if (found !== fault && found !== null)
      log.error({ cause: "store-unreachable", detail: found, err: cause }, "not ready");
    else if (found !== fault) log.info({ cause: "store-unreachable" }, "ready again");
    fault = found;
    heartbeat.setCause("store-unreachable", found !== null, found ?? "");
  };
  const ask = async (): Promise<void> => {
    try {
      for await (const _ of store.list(NOWHERE)) break;
      tell(null);
    } catch (error) {
      tell(isProblemError(error) ? error.message : "The store of files does not answer.", error);
    }
  };
  const goOn = async (): Promise<void> => {
    await pause(fault === null ? INTERVAL_MS : RETRY_MS, closing.signal);
    while (!closing.signal.aborted) {
      await ask();
      await pause(fault === null ? INTERVAL_MS : RETRY_MS, closing.signal);
    }
  };
  const first = ask();
  void first.then(goOn);
  const isLate = await Promise.race([first, sleep(FIRST_ANSWER_MS, true, { ref: false })]);
  if (isLate) tell("The store of files has not answered yet.");
  return { close: () => closing.abort() };
}
