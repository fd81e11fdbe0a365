import { type ClientConfig, escapeIdentifier } from "pg";

import { LIMITS } from "./connection.ts";
import { pause } from "./pause.ts";
import { connectClient } from "./single-client.ts";

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 1_000;
/** A connection that was cut without a word is noticed by then. */
const CHECK_INTERVAL_MS = 2_000;
const CHECK_TIMEOUT_MS = 3_000;

export interface ListenOptions {
  readonly channels: readonly string[];
  readonly onNotification: (channel: string, payload: string) => void;
  /** Told each time that the connection is made, also the first: what was missed can be looked up then. */
  readonly onReconnect: () => void;
  /** Told when the connection is lost or cannot be made, once until it is made again. */
  readonly onWarning: (message: string, cause: unknown) => void;
}

/** Receives notifications on a connection of its own, which is made again whenever it is lost, until closed. */
export function listen(config: ClientConfig, options: ListenOptions): { close(): Promise<void> } {
  const { channels, onNotification, onReconnect, onWarning } = options;
  const closing = new AbortController();
  let failures = 0;

  /** Receives until the connection is lost. */
  const receive = async (): Promise<void> => {
    const limits = { ...LIMITS, query_timeout: CHECK_TIMEOUT_MS };
    await using connection = await connectClient({ ...config, ...limits }, closing.signal);
    const { client, ended } = connection;
    client.on("notification", ({ channel, payload }) => onNotification(channel, payload ?? ""));
    for (const channel of channels) await client.query(`LISTEN ${escapeIdentifier(channel)}`);
    failures = 0;
    onReconnect();
    const rest = new AbortController();
    void ended.then(() => rest.abort());
    while (!closing.signal.aborted) {
      await pause(CHECK_INTERVAL_MS, AbortSignal.any([closing.signal, rest.signal]));
      if (!closing.signal.aborted) await client.query("SELECT 1");
    }
  };
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await receive().catch((error: unknown) => {
        failures += 1;
        if (failures === 1 && !closing.signal.aborted)
          onWarning("Notifications of the database were cut off; connecting again.", error);
      });
      await pause(Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** failures), closing.signal);
    }
  };
  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
