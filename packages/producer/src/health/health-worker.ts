/**
 * Entry of the health thread. Its import graph holds node's own modules and this folder only, so that it starts
 * fast and nothing in it can fail for reasons of the service.
 */
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";

import { createHealthServer } from "./health-server.ts";
import type { HealthWorkerData, HealthWorkerMessage } from "./health-protocol.ts";

const main = parentPort;
if (!main) throw new Error("The health worker runs as a worker thread only.");

// `startThread` is the only one to start this file, and its type says what it passes.
const { port, host, ...options } = workerData as HealthWorkerData;
const server = createHealthServer(options);
let closing = false;

/** Higher than anything that renders: as root, Chromium raises some threads of its own to -8. */
const PRIORITY = -10;

/** On Linux, a thread has a priority of its own. Only a privileged service may raise it; any other keeps what it has. */
function goFirst(): void {
  try {
    setPriority(PRIORITY);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SYSTEM_ERROR";
}

/** Leaves nothing open, so that the thread's loop ends by itself. */
function close(): void {
  closing = true;
  // Before it listens there is nothing to close yet, and closing then would not stop it from listening.
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  main?.close();
}

function post(message: HealthWorkerMessage): void {
  main?.postMessage(message);
}

main.once("message", close);
if (process.platform === "linux") goFirst();

server.on("error", (error: NodeJS.ErrnoException) => {
  // Once it has listened, a fault ends the thread, and a fresh one takes its place.
  if (server.listening) throw error;
  post({ failure: error.code ?? error.message });
  main.close();
});

server.listen({ port, host }, () => {
  if (closing) return close();
  const address = server.address();
  if (address !== null && typeof address === "object") post({ port: address.port });
});
