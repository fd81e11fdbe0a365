import { Client, type ClientConfig } from "pg";

import { openSockets } from "./connection.ts";

/** A connection of one's own. */
export interface SingleClient extends AsyncDisposable {
  readonly client: Client;
  /** Settles when the connection is lost or closed. */
  readonly ended: Promise<void>;
}

/** How long the other end may take to say goodbye. */
const CLOSE_TIMEOUT_MS = 500;

/** Connects; aborting the signal cuts the connection. Rejects with the driver's error. */
export async function connectClient(config: ClientConfig, signal: AbortSignal): Promise<SingleClient> {
  signal.throwIfAborted();
  const sockets = openSockets();
  const client = new Client({ ...config, stream: sockets.stream });
  const ended = new Promise<void>((resolve) => void client.once("end", resolve));
  // Without a listener a lost connection would end the process; `ended` tells of it.
  client.on("error", sockets.cut);
  signal.addEventListener("abort", sockets.cut);
  const close = async (): Promise<void> => {
    signal.removeEventListener("abort", sockets.cut);
    const overdue = setTimeout(sockets.cut, CLOSE_TIMEOUT_MS);
    await client.end().finally(() => clearTimeout(overdue));
  };
  try {
    await client.connect();
  } catch (error) {
    signal.removeEventListener("abort", sockets.cut);
    sockets.cut();
    throw error;
  }
  return { client, ended, [Symbol.asyncDispose]: close };
}
